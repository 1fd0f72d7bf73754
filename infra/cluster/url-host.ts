import { isIPv6 } from "node:net";

/** Formats a host name or address for a URL: an IPv6 address gets brackets. */
export function urlHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
