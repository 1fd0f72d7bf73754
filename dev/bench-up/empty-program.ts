import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStack } from "./scratch-stack.ts";

/** A Pulumi program without resources: its `up` takes the shortest possible time. */
export interface EmptyProgram {
  up(): Promise<void>;
  remove(): Promise<void>;
}

const definition = "name: empty\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n";

/**
 * Creates an empty program in the same language and with the same packages as the project.
 * @param modules the folder node_modules
 */
export async function createEmptyProgram(modules: string): Promise<EmptyProgram> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-empty-"));
  await writeFile(join(folder, "Pulumi.yaml"), definition);
  await writeFile(
    join(folder, "package.json"),
    '{ "name": "empty", "type": "module", "main": "index.js" }\n',
  );
  await writeFile(join(folder, "index.js"), "export default () => ({});\n");
  await symlink(modules, join(folder, "node_modules"));
  const stack = await createStack(folder, "empty");
  await stack.up();
  return { up: () => stack.up(), remove: () => rm(folder, { recursive: true }) };
}
