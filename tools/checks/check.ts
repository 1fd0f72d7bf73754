/** The result of a check, with a fix for each problem. */
export type Finding =
  | { readonly state: "ok"; readonly found: string }
  | {
      /** With "missing", `up` can't run. With "warn", `up` can run, but something will be worse. */
      readonly state: "missing" | "warn";
      readonly found: string;
      /** One command or one sentence. */
      readonly fix: string;
      /** Whether `up` installs the missing program. */
      readonly isInstallable?: true;
    };

/** Checks one prerequisite of `up` without changing anything. */
export interface Check {
  readonly name: string;
  readonly run: () => Finding | Promise<Finding>;
}

/** A row of the doctor's table. */
export type Row = Finding & { readonly name: string };

/** Runs all checks concurrently. A check that throws becomes a row, too. */
export async function runChecks(checks: readonly Check[]): Promise<Row[]> {
  return await Promise.all(checks.map(runCheck));
}

/** Runs one check. An error becomes a warning. */
export async function runCheck(check: Check): Promise<Row> {
  return { name: check.name, ...(await finding(check)) };
}

async function finding(check: Check): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    return {
      state: "warn",
      found: "unknown",
      fix: `The check failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** Whether a dotted version is at least another. Only the first three numbers count. */
export function isAtLeast(version: string, min: string): boolean {
  const [found, needed] = [numbers(version), numbers(min)];
  const differs = needed.findIndex((number, index) => number !== (found[index] ?? 0));
  return differs === -1 || (found[differs] ?? 0) > (needed[differs] ?? 0);
}

function numbers(version: string): number[] {
  return (/\d+(\.\d+){0,2}/.exec(version)?.[0] ?? "0").split(".").map(Number);
}
