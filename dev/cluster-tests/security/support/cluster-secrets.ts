import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { kubectl } from "../../support/cluster-kubectl.ts";
import { list, pods } from "../../support/cluster-objects.ts";
import type { Outputs } from "../../support/test-stack.ts";

const run = promisify(execFile);

/** Values of the cluster's Secrets, by the Secret's name and the key. */
export type Secrets = Record<string, string>;

/** Every value of every Secret of a namespace. */
export async function secretsOf(namespace: string): Promise<Secrets> {
  const secrets = await list(({ core }) => core.listNamespacedSecret({ namespace }));
  const values = secrets.flatMap(({ metadata, data = {} }) =>
    Object.entries(data).map(([key, value]) => [
      `${metadata.name} ${key}`,
      Buffer.from(value, "base64").toString(),
    ]),
  );
  return Object.fromEntries(values) as Secrets;
}

/**
 * Returns each place that shows a password or connection string, plain or in base64. Searches these texts, the
 * cluster's objects, the logs of pods, and the image.
 */
export async function leaks(
  secrets: Secrets,
  { namespace, image }: Outputs,
  texts: Readonly<Record<string, string>>,
): Promise<string[]> {
  const places = { ...texts, ...(await inCluster(namespace)), ...(await inImage(image)) };
  for (const [place, text] of Object.entries(places)) if (text === "") throw new Error(`${place} is empty`);
  const wanted = Object.entries(secrets).filter(([key]) => /password|uri/.test(key));
  return Object.entries(places).flatMap(([place, text]) =>
    wanted
      .filter(([, value]) => forms(value).some((form) => text.includes(form)))
      .map(([key]) => `${place} has ${key}`),
  );
}

/** Forms in which a value may occur in a text. */
function forms(value: string): string[] {
  return [value, encodeURIComponent(value), Buffer.from(value).toString("base64")];
}

async function inCluster(namespace: string): Promise<Record<string, string>> {
  const kinds = "pods,deployments,replicasets,statefulsets,jobs,configmaps,services,events";
  const objects = await kubectl("get", kinds, "-n", namespace, "-o", "yaml");
  const logs: Record<string, string> = {};
  for (const { metadata, spec, status } of await pods(namespace)) {
    if (status.phase === "Pending") continue;
    for (const { name } of [...(spec.initContainers ?? []), ...spec.containers]) {
      const log = await kubectl("logs", "-n", namespace, metadata.name, "-c", name);
      // Not empty, even if the container has logged nothing.
      logs[`the log of ${metadata.name} ${name}`] = `${log}\n`;
    }
  }
  return { "the objects": objects, ...logs };
}

async function inImage(image: string): Promise<Record<string, string>> {
  const docker = async (command: string) =>
    (await run("minikube", ["ssh", "--", `docker ${command} ${image}`])).stdout;
  return {
    "the image's history": await docker("history --no-trunc"),
    "the image's configuration": await docker("image inspect"),
  };
}
