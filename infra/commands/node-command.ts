import * as pulumi from "@pulumi/pulumi";
import { Command } from "./local-command.ts";

/** Arguments of {@link NodeCommand}. */
export interface NodeCommandArgs {
  /** The minikube cluster. Its first node is meant. */
  readonly profile: string;
  /** Identity of the cluster: in another one it is to be done again. */
  readonly clusterId: pulumi.Input<string>;
  /** Shell line that makes something so, or finds that it is. */
  readonly create: pulumi.Input<string>;
  /** Shell line that undoes it. @default it stays */
  readonly delete?: pulumi.Input<string>;
}

/** What only the node itself can do. minikube finds the way in, whatever the runtime. */
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
