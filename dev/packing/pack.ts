import { cpSync, globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runInForeground, runWithProgress } from "../../tools/process/child-process.ts";
import { runProgram } from "../../tools/process/run-program.ts";

const project = join(import.meta.dirname, "../..");
const infra = join(project, "infra");
const lib = join(project, "dist/lib");

/** Parts of infra/ that the components don't read. */
const exclude = ["main.js", "policy/**", "startup/**", "test/**"];

// `npm run pack -w dev` packs the components, with the files that they read. The script compiles to JavaScript,
// because Node doesn't strip types inside node_modules. Arguments go to `npm pack`.
await runProgram(async () => {
  rmSync(lib, { recursive: true, force: true });
  const compiler = join(project, "node_modules/typescript/bin/tsc");
  await runWithProgress(
    process.execPath,
    [compiler, "--project", "tsconfig.lib.json"],
    { cwd: project },
    console.error,
  );
  for (const file of globSync("**/*.{cjs,js,json,sh,yaml}", { cwd: infra, exclude })) {
    cpSync(join(infra, file), join(lib, file));
  }
  process.exitCode = runInForeground("npm", ["pack", ...process.argv.slice(2)], { cwd: project });
});
