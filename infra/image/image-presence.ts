import { readFileSync } from "node:fs";
import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import type { Docker } from "../cluster/docker-daemon.ts";
import type { NodeFacts } from "../cluster/nodes.ts";

/** Milliseconds that a Docker daemon may take to answer. */
const timeoutMs = 3000;

/** kubelet reports so many of a node's images, the largest first: `nodeStatusMaxImages`. */
const reportedImages = 50;

/**
 * Whether an image is gone from the Docker daemon that built it, or from a node that it was loaded into. A daemon or node
 * that does not say counts as one that has it.
 * @param nodes the nodes that the image was loaded into. @default none, the daemon is the node's own
 */
export async function isMissing(
  reference: string,
  daemon: Docker,
  nodes: readonly NodeFacts[] = [],
): Promise<boolean> {
  const lacks = ({ images }: NodeFacts) =>
    images.length < reportedImages &&
    !images.some((name) => name === reference || name.endsWith(`/${reference}`));
  return nodes.some(lacks) || (await hasImage(daemon, reference)) === false;
}

/**
 * Whether a Docker daemon has an image: `docker system prune -a`, `minikube image rm` and kubelet's garbage collection
 * delete images, and no provider notices.
 * @param reference name and tag
 * @returns undefined where the daemon does not answer, or is reached in another way than by a socket or TCP
 */
export async function hasImage(daemon: Docker, reference: string): Promise<boolean | undefined> {
  try {
    const target = await targetOf(daemon);
    if (target === undefined) return undefined;
    const status = await statusOf(target, `/images/${encodeURIComponent(reference)}/json`);
    return status === 200 ? true : status === 404 ? false : undefined;
  } catch {
    return undefined;
  }
}

interface Target {
  readonly request: typeof httpRequest;
  readonly options: RequestOptions;
}

async function targetOf({ host, certPath }: Docker): Promise<Target | undefined> {
  const url = new URL(await host);
  if (url.protocol === "unix:") return { request: httpRequest, options: { socketPath: url.pathname } };
  if (url.protocol === "npipe:") {
    return { request: httpRequest, options: { socketPath: url.pathname.replaceAll("/", "\\") } };
  }
  if (url.protocol !== "tcp:" && url.protocol !== "http:") return undefined;
  const address = { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port };
  const folder = await certPath;
  if (folder === undefined) return { request: httpRequest, options: address };
  const file = (name: string) => readFileSync(join(folder, name));
  const tls = { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem") };
  return { request: httpsRequest, options: { ...address, ...tls } };
}

async function statusOf({ request, options }: Target, path: string): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    request({ ...options, path, timeout: timeoutMs, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("timeout", function (this: { destroy(error: Error): void }) {
        this.destroy(new Error("timeout"));
      })
      .on("error", reject)
      .end();
  });
}
