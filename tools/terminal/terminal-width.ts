/** Columns of a terminal that doesn't know its size. */
const defaultColumns = 80;

/**
 * Sets the width of a terminal that reports 0 columns, for example under `script` without a window. Otherwise, progress
 * would have one letter a line.
 */
export function assumeWidth(terminal: { columns?: number }): void {
  if (terminal.columns === 0) terminal.columns = defaultColumns;
}
