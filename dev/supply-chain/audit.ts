/** Verdict of an audit. "not audited" is neither a pass nor a finding. */
export type Verdict = "passed" | "failed" | "not audited";

/** Exit code of `npm run supply-chain -w dev` by the audit's verdict, if everything else has passed. */
export const auditExitCode: Readonly<Record<Verdict, number>> = { passed: 0, failed: 1, "not audited": 3 };

/** Result of an audit. */
export interface Audit {
  readonly verdict: Verdict;
  /** A sentence for the log. */
  readonly text: string;
}

/** Judges the output of `npm audit --json`. Vulnerabilities of severity high or critical fail. */
export function judgeAudit(output: string): Audit {
  const { metadata, message } = parsed(output);
  const found = metadata?.vulnerabilities;
  if (found === undefined) {
    const text = `not audited: the registry did not answer (${message ?? "no output"})`;
    return { verdict: "not audited", text };
  }
  const { high = 0, critical = 0, moderate = 0, low = 0 } = found;
  const counts = `${critical} critical, ${high} high, ${moderate} moderate, ${low} low`;
  return { verdict: high + critical === 0 ? "passed" : "failed", text: `npm audit: ${counts}` };
}

interface Output {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly message?: string;
}

function parsed(output: string): Output {
  try {
    return JSON.parse(output) as Output;
  } catch {
    return {};
  }
}
