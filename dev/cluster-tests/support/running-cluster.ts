import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { kubectl } from "./cluster-kubectl.ts";

const run = promisify(execFile);

/** Names of the existing objects of these kinds, in a namespace or without one. */
export async function names(kinds: string, namespace?: string): Promise<string[]> {
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  const out = await kubectl("get", kinds, ...where, "--output", "name", "--ignore-not-found");
  return out.split("\n").filter((line) => line !== "");
}

/** Names of the data directories on the node. */
export async function dataDirectories(): Promise<string[]> {
  const { stdout } = await run("minikube", ["ssh", "--", "ls", "/data"]);
  return stdout.split(/\s+/);
}

/**
 * Repeats a request until the page has the text, for 15 seconds. A kept connection leads to an old pod until the pod
 * has drained.
 */
export async function untilPageHas(url: string, text: string): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    const page = await (await fetch(url)).text();
    if (page.includes(text)) return;
    if (Date.now() > end) throw new Error(`${url} does not have "${text}":\n${page}`);
    await sleep(250);
  }
}

/** Repeats a request until `satisfies` accepts the answer, and returns the answer. Rejects after two minutes. */
export async function eventually(url: string, satisfies: (response: Response) => boolean): Promise<Response> {
  const end = Date.now() + 120_000;
  for (;;) {
    const response = await fetch(url).catch((error: unknown) => new Response(String(error), { status: 599 }));
    if (satisfies(response)) return response;
    if (Date.now() > end)
      throw new Error(`${url} still answers ${response.status}: ${await response.text()}`);
    await sleep(250);
  }
}

/** Repeatedly sends requests on new connections, until the signal. Returns their number, and collects failures. */
export async function requestUntil(
  signal: AbortSignal,
  url: string,
  failures: string[],
  { method = "GET", body }: Pick<RequestInit, "method" | "body"> = {},
): Promise<number> {
  let count = 0;
  while (!signal.aborted) {
    count++;
    const headers = { "Content-Type": "application/json", Connection: "close" };
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) }).catch(
      (error: unknown) => new Response(String(error), { status: 599 }),
    );
    if (!response.ok) failures.push(`${response.status} ${await response.text()}`);
  }
  return count;
}
