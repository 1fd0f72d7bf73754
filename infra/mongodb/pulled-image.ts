import * as pulumi from "@pulumi/pulumi";
import { NodeCommand } from "../commands/node-command.ts";

/** Arguments of {@link PulledImage}. */
export interface PulledImageArgs {
  /** The minikube cluster. */
  readonly profile: string;
  /** Identity of the cluster: in another one the image is not there yet. */
  readonly clusterId: pulumi.Input<string>;
  /** Name and tag. */
  readonly image: string;
}

/** An image on the first node, where hostPath volumes are: who depends on this does not wait for its pull later. */
export class PulledImage extends pulumi.ComponentResource {
  constructor(name: string, args: PulledImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:image:PulledImage", name, args, opts);
    const { profile, clusterId, image } = args;

    // A pull asks the registry, also for what is there.
    const create = `sudo crictl inspecti ${image} >/dev/null 2>&1 || sudo crictl pull ${image}`;
    new NodeCommand(name, { profile, clusterId, create }, { parent: this });

    this.registerOutputs({});
  }
}
