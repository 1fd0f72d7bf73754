import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FaultRun } from "../fault-run.ts";

/** Runs `up` after a change of the service's code: the rollout of a new image. */
export async function changeImage(run: FaultRun): Promise<string[]> {
  await edit(run, "service/page/page-view.ts", (code) => code.replaceAll("Hello World", "Hello again"));
  await run.up();
  return [];
}

/** Runs `up` after a change of the stack's configuration: the rollout of the same image with another environment. */
export async function changeConfig(run: FaultRun): Promise<string[]> {
  await run.stack.set("logLevel", "warn");
  await run.up();
  return [];
}

/**
 * Runs `up` with an image whose pods end as soon as they start. After its failure, runs `up` with the right image.
 * @returns Pulumi's message about the failure
 */
export async function rollOutBrokenImage(run: FaultRun): Promise<string> {
  const crash = 'process.exit(1); // "not ready, ever"\n';
  await edit(run, "service/main.ts", (code) => code + crash);
  const message = await run.up().then(
    () => "",
    (error: unknown) => String(error),
  );
  run.mark("up has failed");
  await edit(run, "service/main.ts", (code) => code.replace(crash, ""));
  await run.up();
  run.mark("up with correct code");
  return message;
}

async function edit(run: FaultRun, path: string, change: (code: string) => string): Promise<void> {
  const file = join(run.stack.project.folder, path);
  const code = await readFile(file, "utf8");
  const changed = change(code);
  if (changed === code) throw new Error(`nothing to change in ${path}`);
  await writeFile(file, changed);
}
