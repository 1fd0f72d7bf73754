import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOf } from "./metadata.ts";

/** Arguments of {@link AppNamespace}. */
export interface AppNamespaceArgs {
  /** The namespace's own name: people type it, so it is not generated. */
  readonly name: pulumi.Input<string>;
}

/** The namespace of everything. Kubernetes refuses every pod in it that asks for more than it needs. */
export class AppNamespace extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: AppNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:namespace:AppNamespace", name, args, opts);

    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: args.name,
          labels: {
            ...partOf,
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "latest",
            "pod-security.kubernetes.io/warn": "restricted",
          },
        },
      },
      { parent: this },
    );
    this.name = namespace.metadata.name;

    this.registerOutputs({ name: this.name });
  }
}
