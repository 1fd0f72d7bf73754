/** Whether a goal is reached, as Markdown. */
export function judgement(isReached: boolean): string {
  return isReached ? "reached" : "**missed**";
}

/** A table in Markdown. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
