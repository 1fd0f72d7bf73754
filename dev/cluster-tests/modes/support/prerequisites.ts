import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { list } from "../../support/cluster-objects.ts";
import { onNode } from "../../support/stack-pods.ts";

const run = promisify(execFile);

/** Timeout in seconds for the download of an image by a node. */
const pullTimeoutSeconds = 180;

/** Skips the tests of a suite, and prints which part this machine lacks. */
export function skipWithout(test: Mocha.Context, part: string): never {
  console.log(`      skipped, because this machine has no ${part}`);
  return test.skip();
}

/** Skips the suite unless every node has the image or can download it. */
export async function needsImage(test: Mocha.Context, image: string): Promise<void> {
  const script = `docker image inspect ${image} >/dev/null 2>&1 || timeout ${pullTimeoutSeconds} docker pull ${image}`;
  for (const { metadata } of await list(({ core }) => core.listNode())) {
    const present = await onNode(metadata.name, script).then(
      () => true,
      () => false,
    );
    if (!present) skipWithout(test, `image ${image}`);
  }
}

/** Skips the suite unless this machine has the program. */
export async function needsProgram(test: Mocha.Context, program: string): Promise<void> {
  const found = await run("which", [program]).then(
    () => true,
    () => false,
  );
  if (!found) skipWithout(test, `program ${program}`);
}

/**
 * Returns the path of a publisher's manifest, or skips the suite if it is unavailable. Prefers a file of this name in
 * the folder `MODES_MANIFESTS`, for machines that can't reach the publisher.
 * @param name for example `cert-manager.yaml`
 */
export async function needsManifest(test: Mocha.Context, name: string, url: string): Promise<string> {
  const folder = process.env.MODES_MANIFESTS;
  if (folder !== undefined) {
    const file = join(folder, name);
    const exists = await readFile(file).then(
      () => true,
      () => false,
    );
    if (exists) return file;
  }
  const text = await download(url).catch(() => undefined);
  if (text === undefined) skipWithout(test, `manifest ${url}`);
  const temporary = await mkdtemp(join(tmpdir(), "koa-mongo-stack-modes-"));
  process.once("exit", () => {
    rmSync(temporary, { recursive: true, force: true });
  });
  const file = join(temporary, name);
  await writeFile(file, text);
  return file;
}

/** @throws {Error} the connection or the body breaks off, or the answer is an error */
async function download(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return await answer.text();
}
