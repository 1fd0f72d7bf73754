/** Whether a path (without a query) is a probe's, or asks for the service's health: `/health` or below. */
export function isProbe(path: string): boolean {
  return path === "/health" || path.startsWith("/health/");
}
