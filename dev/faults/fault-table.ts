import { markdownTable } from "markdown-table";
import type { Summary } from "../../tools/traffic/request-samples.ts";

/** A row of the report. */
export interface Row extends Summary {
  readonly fault: string;
  /** Writes acknowledged during the disruption. */
  readonly acknowledged: number;
  /** Acknowledged writes that are missing at the end. */
  readonly lost: number;
  /** Further facts about the disruption. */
  readonly notes: readonly string[];
}

const heads = ["fault", "requests", "failed", "503", "p50 ms", "p99 ms", "outage s", "acknowledged", "lost"];

/** Renders the report as a Markdown table, with failures and notes below. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.fault,
    String(row.requests),
    String(row.failed),
    String(row.shed),
    row.p50.toFixed(1),
    row.p99.toFixed(0),
    (row.outage / 1000).toFixed(1),
    String(row.acknowledged),
    String(row.lost),
  ]);
  const align = heads.map((_, i) => (i === 0 ? "l" : "r"));
  return [markdownTable([heads, ...cells], { align }), ...rows.flatMap(remarks)].join("\n");
}

function remarks({ fault, reasons, notes }: Row): string[] {
  const wrong = [...reasons].map(([reason, count]) => `${count} × ${reason}`);
  return [...notes, ...wrong].map((remark) => `${fault}: ${remark}`);
}
