import { isIPv6 } from "node:net";

/** A host name or address as a URL has it: an IPv6 address has brackets. */
export function urlHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
