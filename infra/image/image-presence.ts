import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Docker } from "../cluster/docker-daemon.ts";

const run = promisify(execFile);

/** Limit for a Docker daemon's answer, in milliseconds. */
const timeoutMs = 3000;

/** Nodes of a minikube cluster that the image was loaded into. */
export interface LoadedNodes {
  readonly profile: string;
  readonly nodes: readonly string[];
}

/**
 * Whether an image is missing from the Docker daemon that built it, or from a node. A daemon or node that does not
 * answer counts as having the image.
 * @param loadedInto nodes that have a copy. @default none: the daemon is the node's own
 */
export async function isMissing(
  reference: string,
  daemon: Docker,
  loadedInto?: LoadedNodes,
): Promise<boolean> {
  const { profile = "", nodes = [] } = loadedInto ?? {};
  const answers = await Promise.all([
    hasImage(daemon, reference),
    ...nodes.map((node) => nodeHasImage(profile, node, reference)),
  ]);
  return answers.includes(false);
}

/** The command that fails if a node does not have the image. */
export function inspectImage(profile: string, node: string, reference: string): [string, ...string[]] {
  const line = `sudo crictl inspecti -q ${reference}`;
  return ["minikube", "ssh", "--profile", profile, "--node", node, "--", line];
}

/** Asks the node itself, because kubelet's list in the Node object is up to half a minute old, and incomplete. */
async function nodeHasImage(profile: string, node: string, reference: string): Promise<boolean | undefined> {
  const [program, ...args] = inspectImage(profile, node, reference);
  try {
    await run(program, args, { timeout: 10 * timeoutMs });
    return true;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return /no such image/i.test(stdout + stderr) ? false : undefined;
  }
}

/**
 * Whether a Docker daemon has an image. `docker system prune -a`, `minikube image rm` and kubelet's garbage
 * collection delete images, and no provider notices.
 * @param reference name and tag
 * @returns undefined if the daemon does not answer, or is reached neither by a socket nor by TCP
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
  const [, scheme = "", rest = ""] = /^(\w+):\/\/(.*)$/.exec(await host) ?? [];
  // Docker's own forms: a path after the slashes, or on Windows a pipe with forward slashes.
  if (scheme === "unix") return { request: httpRequest, options: { socketPath: rest } };
  if (scheme === "npipe") {
    return { request: httpRequest, options: { socketPath: rest.replaceAll("/", "\\") } };
  }
  if (scheme !== "tcp" && scheme !== "http") return undefined;
  const url = new URL(`http://${rest}`);
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
