/** Whether a request is a probe, or asks for the service's health: the path, without a query, is `/health` or below. */
export function isProbe(path: string): boolean {
  return path === "/health" || path.startsWith("/health/");
}
