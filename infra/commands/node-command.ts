import * as pulumi from "@pulumi/pulumi";
import { Command } from "./local-command.ts";

/** Arguments of {@link NodeCommand}. */
export interface NodeCommandArgs {
  /** The minikube cluster. The commands run on its first node. */
  readonly profile: string;
  /** Identity of the cluster. In another cluster the commands run again. */
  readonly clusterId: pulumi.Input<string>;
  /** Shell line that creates the result, or finds it. */
  readonly create: pulumi.Input<string>;
  /** Shell line that undoes `create`. @default the result stays */
  readonly delete?: pulumi.Input<string>;
}

/** Runs shell lines on the node, over `minikube ssh`, which works with every container runtime. */
export class NodeCommand extends Command {
  constructor(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions) {
    const onNode = (line: pulumi.Input<string>) =>
      pulumi.output(line).apply((text) => ["minikube", "ssh", "--profile", args.profile, "--", text]);
    super(
      name,
      {
        create: pulumi.all([onNode(args.create)]),
        ...(args.delete === undefined ? {} : { delete: onNode(args.delete) }),
        triggers: [args.clusterId],
      },
      opts,
    );
  }
}
