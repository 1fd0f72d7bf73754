import { existsSync } from "node:fs";
import { join } from "node:path";
import { tryRun, runOrThrow } from "../../tools/process/child-process.ts";
import { UserError } from "../../tools/process/user-error.ts";

/** Version of schemathesis for the test. */
export const schemathesisVersion = "4.32.5";

const installTimeoutMs = 300_000;

/**
 * Path of schemathesis, in a virtual environment inside `cache`. The first call installs it.
 * @throws {UserError} Python is missing, or the installation from PyPI fails
 */
export async function findSchemathesis(cache: string, python = "python3"): Promise<string> {
  const folder = join(cache, `schemathesis-${schemathesisVersion}`);
  const program = join(folder, "bin/schemathesis");
  if (existsSync(program)) return program;
  if ((await tryRun(python, ["-c", "import venv, ensurepip"])).kind !== "ok") {
    throw new UserError(
      `schemathesis is a Python program, and there is no ${python} with venv on PATH: install Python 3.10 or newer ` +
        "(Debian and Ubuntu: apt install python3-venv).",
    );
  }
  await runOrThrow(python, ["-m", "venv", "--clear", folder], { timeoutMs: installTimeoutMs });
  const wanted = `schemathesis==${schemathesisVersion}`;
  await runOrThrow(join(folder, "bin/pip"), ["install", "--quiet", wanted], { timeoutMs: installTimeoutMs });
  return program;
}
