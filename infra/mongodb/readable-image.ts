import * as pulumi from "@pulumi/pulumi";
import { queryKubectl } from "../cluster/kubectl-query.ts";
import { selector } from "../platform/pod-defaults.ts";
import { isOlder, nameOf, versionOf } from "./mongodb-version.ts";
import { mongodbLabels } from "./standalone-mongodb.ts";

/** Arguments of {@link readableImage}. */
export interface ReadableImageArgs {
  /** The new image of MongoDB's pod. */
  readonly image: string;
  readonly namespace: pulumi.Input<string>;
  /** Kubeconfig context. @default the current one */
  readonly context: string | undefined;
}

/**
 * Returns the image after a check that no newer MongoDB runs on the data. Resources that take the result as an
 * input do not change before. If kubectl can't read the StatefulSet, or MongoDB is not ready, MongoDB's pod checks
 * the data itself.
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

/** The parts of a StatefulSet that this program reads. */
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

/** The image of a MongoDB that is ready. A MongoDB that is not ready may never have run on the data. */
async function runningImage(context: string | undefined, namespace: string): Promise<string | undefined> {
  const query = ["get", "statefulsets", "--namespace", namespace, "--selector", selector(mongodbLabels)];
  return await queryKubectl(context, [...query, "--output", "json"], (output) => {
    const { items } = JSON.parse(output) as { items: readonly StatefulSet[] };
    return items.find(isReady)?.spec.template.spec.containers[0]?.image;
  });
}

function isReady({ status }: StatefulSet): boolean {
  return (status.readyReplicas ?? 0) > 0 && status.currentRevision === status.updateRevision;
}
