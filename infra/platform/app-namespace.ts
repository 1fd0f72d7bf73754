import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { notAwaited, partOf } from "./metadata.ts";

/** Arguments of {@link AppNamespace}. */
export interface AppNamespaceArgs {
  /** Labels beside those of the pod security standard. @default none */
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * The namespace of everything. Kubernetes refuses every pod in it that asks for more than it needs. Its name ends in
 * random letters: a fixed one could not be replaced, because what is made anew would be deleted as the old one.
 */
export class AppNamespace extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: AppNamespaceArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:namespace:AppNamespace", name, args, opts);

    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          // Everything in it is awaited. The empty name Kubernetes keeps for 5 s more, on purpose, and nothing needs it.
          annotations: notAwaited,
          labels: {
            ...partOf,
            ...args.labels,
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
