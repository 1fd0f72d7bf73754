import { existsSync } from "node:fs";
import { join } from "node:path";
import { ask, mustAsk } from "../../tools/process/child-process.ts";
import { UserError } from "../../tools/process/user-error.ts";

/** The version that is tested with. */
export const schemathesisVersion = "4.32.5";

const installing = 300_000;

/**
 * Where schemathesis is: in an environment of its own inside `cache`, made when it is first asked for.
 * @throws {UserError} when there is no Python for it, or PyPI does not give it
 */
export async function findSchemathesis(cache: string, python = "python3"): Promise<string> {
  const folder = join(cache, `schemathesis-${schemathesisVersion}`);
  const program = join(folder, "bin/schemathesis");
  if (existsSync(program)) return program;
  if ((await ask(python, ["-c", "import venv, ensurepip"])).kind !== "ok") {
    throw new UserError(
      `schemathesis is a Python program, and there is no ${python} with venv on PATH: install Python 3.10 or newer ` +
        "(Debian and Ubuntu: apt install python3-venv).",
    );
  }
  await mustAsk(python, ["-m", "venv", "--clear", folder], { timeout: installing });
  const wanted = `schemathesis==${schemathesisVersion}`;
  await mustAsk(join(folder, "bin/pip"), ["install", "--quiet", wanted], { timeout: installing });
  return program;
}
