import * as pulumi from "@pulumi/pulumi";
import { NodeCommand } from "../commands/node-command.ts";
import { nameOf, newestNumber, seriesFile, shellNumber, versionOf } from "./mongodb-version.ts";

/** Arguments of {@link PulledImage}. */
export interface PulledImageArgs {
  /** The minikube cluster. */
  readonly profile: string;
  /** Identity of the cluster. Another cluster does not have the image yet. */
  readonly clusterId: pulumi.Input<string>;
  /** Name and tag. */
  readonly image: string;
  /** Directory of the node with MongoDB's data, which the image must be able to read. @default not checked */
  readonly data?: string;
}

/**
 * Pulls MongoDB's image to the first node, where hostPath volumes are. Dependents do not wait for the pull later.
 * If the image doesn't exist or can't read the data, the running MongoDB is not stopped.
 */
export class PulledImage extends pulumi.ComponentResource {
  constructor(name: string, args: PulledImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:image:PulledImage", name, args, opts);
    const { profile, clusterId } = args;

    const create = pullLine(args);
    new NodeCommand(name, { profile, clusterId, create }, { parent: this });

    this.registerOutputs({});
  }
}

/** The node's shell line. If the line fails, the last line of its output is the reason. */
export function pullLine({ image, data }: Pick<PulledImageArgs, "image" | "data">): string {
  return [...(data === undefined ? [] : versionCheck(image, data)), pull(image)].join("; ");
}

/** Fails before anything is changed. If the tag does not contain the version, MongoDB's pod checks the version. */
function versionCheck(image: string, data: string): string[] {
  const version = versionOf(image);
  if (version === undefined) return [];
  const message =
    `The data in ${data} are of MongoDB $series, and ${nameOf(version)} (${image}) can't read them. ` +
    "Nothing was changed. Run: pulumi config set mongoImage mongo:$series";
  return [
    `series=$(sudo cat ${data}/${seriesFile} 2>/dev/null | grep -xE '[0-9]+[.][0-9]+')`,
    `if [ -n "$series" ] && [ ${shellNumber("series")} -gt ${newestNumber(version)} ]; ` +
      `then echo "${message}" >&2; exit 1; fi`,
  ];
}

function pull(image: string): string {
  const message = `The node could not pull ${image}. The lines above show the error. Check mongoImage, and whether the node can reach the registry.`;
  // A pull asks the registry even if the node has the image.
  return (
    `sudo crictl inspecti ${image} >/dev/null 2>&1 || sudo crictl pull ${image} || ` +
    `{ echo "${message}" >&2; exit 1; }`
  );
}
