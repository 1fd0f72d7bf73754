/** What `npm audit --json` came to. */
export interface Audit {
  readonly ok: boolean;
  /** A sentence for the log. */
  readonly text: string;
}

/** Judges what `npm audit --json` printed: nothing known of severity high or critical; no answer is no finding. */
export function judgeAudit(output: string): Audit {
  const { metadata, message } = parsed(output);
  const found = metadata?.vulnerabilities;
  if (found === undefined) {
    return {
      ok: true,
      text: `npm audit: NOT CHECKED, the registry gave no answer (${message ?? "no output"})`,
    };
  }
  const { high = 0, critical = 0, moderate = 0, low = 0 } = found;
  const counts = `${critical} critical, ${high} high, ${moderate} moderate, ${low} low`;
  return { ok: high + critical === 0, text: `npm audit: ${counts}` };
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
