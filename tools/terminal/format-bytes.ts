/** Formats bytes as megabytes, with one decimal below 10 MB. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
