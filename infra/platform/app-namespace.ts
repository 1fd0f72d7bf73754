import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { notAwaited, partOf } from "./metadata.ts";

/** Arguments of {@link AppNamespace}. */
export interface AppNamespaceArgs {
  /** Labels in addition to those of the pod security standard. @default none */
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * The stack's namespace. Kubernetes rejects pods in it that don't meet the `restricted` pod security standard. The
 * name ends in random letters, because a fixed name could not be replaced. Pulumi creates the new object first, and
 * would then delete it under the old one's name.
 */
export class AppNamespace extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: AppNamespaceArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:namespace:AppNamespace", name, args, opts);

    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          // On purpose, Kubernetes keeps even an empty namespace for 5 s. Nothing needs to wait for that.
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
