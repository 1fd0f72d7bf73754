import * as pulumi from "@pulumi/pulumi";
import { kubectlSays } from "../cluster/kubectl-query.ts";
import { selector } from "../platform/pod-defaults.ts";
import { isOlder, nameOf, versionOf } from "./mongodb-version.ts";
import { mongodbLabels } from "./standalone-mongodb.ts";

/** Arguments of {@link readableImage}. */
export interface ReadableImageArgs {
  /** The image that MongoDB's pod is to have. */
  readonly image: string;
  readonly namespace: pulumi.Input<string>;
  /** The kubeconfig's context. @default the current one */
  readonly context: string | undefined;
}

/**
 * The image, as soon as it is known that no newer MongoDB runs on the data: what has it as an input is not changed
 * before. Where kubectl can't tell, or MongoDB is not ready, its pod checks the data itself.
 * @throws {RunError} both versions, and the command that sets the previous image
 */
export function readableImage({ image, namespace, context }: ReadableImageArgs): pulumi.Output<string> {
  return pulumi.output(namespace).apply(async (name) => {
    const running = await runningImage(context, name);
    const [wanted, used] = [versionOf(image), running === undefined ? undefined : versionOf(running)];
    if (wanted === undefined || used === undefined || !isOlder(wanted, used)) return image;
    throw new pulumi.RunError(
      `The data are of ${nameOf(used)}, and ${nameOf(wanted)} (${image}) can't read them. Nothing was changed. ` +
        `Run: pulumi config set mongoImage ${running}`,
    );
  });
}

/** The parts of a StatefulSet that are needed here. */
interface StatefulSet {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { image: string }[] } };
  };
  readonly status: {
    readonly readyReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  };
}

/** The image of a MongoDB that is ready. One that is not may never have run on the data. */
async function runningImage(context: string | undefined, namespace: string): Promise<string | undefined> {
  const query = ["get", "statefulsets", "--namespace", namespace, "--selector", selector(mongodbLabels)];
  return await kubectlSays(context, [...query, "--output", "json"], (output) => {
    const { items } = JSON.parse(output) as { items: readonly StatefulSet[] };
    return items.find(isReady)?.spec.template.spec.containers[0]?.image;
  });
}

function isReady({ status }: StatefulSet): boolean {
  return (status.readyReplicas ?? 0) > 0 && status.currentRevision === status.updateRevision;
}
