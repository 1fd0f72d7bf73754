import { readFileSync } from "node:fs";
import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import type { Docker } from "../cluster/docker-daemon.ts";

/** Milliseconds that a Docker daemon may take to answer. */
const timeoutMs = 3000;

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
  return { request: httpsRequest, options: { ...address, ...tls } as RequestOptions };
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
