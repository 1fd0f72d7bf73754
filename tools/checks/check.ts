/** What a check found, and a fix for a problem. */
export type Finding =
  | { readonly state: "ok"; readonly found: string }
  | {
      /** `up` can't do without, or it can and something will be worse. */
      readonly state: "missing" | "warn";
      readonly found: string;
      /** One command or one sentence. */
      readonly fix: string;
      /** Whether it is a program that `up` installs. */
      readonly isInstallable?: true;
    };

/** One thing that `up` needs. It looks, and changes nothing. */
export interface Check {
  readonly name: string;
  readonly look: () => Finding | Promise<Finding>;
}

/** A row of the doctor's table. */
export type Row = Finding & { readonly name: string };

/** Makes all checks at once. One that throws is a row, too. */
export async function look(checks: readonly Check[]): Promise<Row[]> {
  return await Promise.all(checks.map(lookOnce));
}

/** Makes one check. */
export async function lookOnce(check: Check): Promise<Row> {
  return { name: check.name, ...(await finding(check)) };
}

async function finding(check: Check): Promise<Finding> {
  try {
    return await check.look();
  } catch (error) {
    return {
      state: "warn",
      found: "unknown",
      fix: `The check failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** Whether a dotted version is at least another; what follows the third number does not count. */
export function isAtLeast(version: string, least: string): boolean {
  const [found, needed] = [numbers(version), numbers(least)];
  const differs = needed.findIndex((number, index) => number !== (found[index] ?? 0));
  return differs === -1 || (found[differs] ?? 0) > (needed[differs] ?? 0);
}

function numbers(version: string): number[] {
  return (/\d+(\.\d+){0,2}/.exec(version)?.[0] ?? "0").split(".").map(Number);
}
