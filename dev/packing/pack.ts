import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../../tools/process/run-program.ts";
import { work } from "../../tools/process/child-process.ts";

const project = join(import.meta.dirname, "../..");
const lib = join(project, "dist/lib");

// Before `npm pack`: the components as JavaScript, because Node strips no types of what is installed, and the files
// that they read beside them.
await runProgram(async () => {
  rmSync(lib, { recursive: true, force: true });
  const compiler = join(project, "node_modules/typescript/bin/tsc");
  await work(process.execPath, [compiler, "--project", "tsconfig.lib.json"], { cwd: project }, console.log);
  for (const folder of ["dynamic", "mongodb", "monitoring"]) {
    cpSync(join(project, "infra", folder), join(lib, folder), { recursive: true });
  }
});
