import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { kubectl } from "./cluster-kubectl.ts";

const run = promisify(execFile);

/** Names of what exists of these kinds, in one namespace or in none. */
export async function names(kinds: string, namespace?: string): Promise<string[]> {
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  const out = await kubectl("get", kinds, ...where, "--output", "name", "--ignore-not-found");
  return out.split("\n").filter((line) => line !== "");
}

/** Names of the directories with data on the node. */
export async function dataDirectories(): Promise<string[]> {
  const { stdout } = await run("minikube", ["ssh", "--", "ls", "/data"]);
  return stdout.split(/\s+/);
}

/** Asks until the page has the text: a connection that was kept ends at an old pod until that has drained. */
export async function untilPageHas(url: string, text: string): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    const page = await (await fetch(url)).text();
    if (page.includes(text)) return;
    if (Date.now() > end) throw new Error(`${url} does not have "${text}":\n${page}`);
    await sleep(250);
  }
}

/** Asks until the answer satisfies, and gives that answer; fails after two minutes. */
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

/** Asks again and again on new connections; gives the number of requests, and collects those that fail. */
export async function askUntil(
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
