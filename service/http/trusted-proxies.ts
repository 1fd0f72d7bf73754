import { BlockList, isIP, isIPv6 } from "node:net";
import type { Context, Middleware } from "koa";

/** Whether the forwarded headers of this proxy are trusted. `hop` is its distance: 0 connects to the service. */
export type Trust = (address: string, hop: number) => boolean;

const namedRanges: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/**
 * Parses the trusted proxies, in the format of Express' `trust proxy`: a number of hops, or a list separated by commas.
 * The list has addresses, CIDR ranges, `loopback`, `linklocal` or `uniquelocal`. The empty text and 0 trust no proxy.
 * @returns undefined if the text is invalid
 */
export function parseTrust(text: string): Trust | undefined {
  if (/^\d{0,2}$/.test(text)) return (_address, hop) => hop < Number(text);
  const ranges = text.split(",").map((range) => range.trim());
  const trusted = new BlockList();
  for (const range of ranges.flatMap((range) => namedRanges[range] ?? [range])) {
    const [address = "", prefix, ...rest] = range.split("/");
    const type = isIPv6(address) ? "ipv6" : "ipv4";
    const maxLength = type === "ipv6" ? 128 : 32;
    const length = prefix === undefined ? maxLength : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (isIP(address) === 0 || rest.length > 0 || !(length >= 0 && length <= maxLength)) return undefined;
    trusted.addSubnet(address, length, type);
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/**
 * Middleware: sets `ctx.ip` to the client's address, and `ctx.state.isBehindTrustedProxy`. Behind trusted proxies, the
 * client's address is the last one in `X-Forwarded-For` that no trusted proxy has.
 */
export function identifyClient(trusts: Trust): Middleware {
  return function setClient(ctx, next) {
    const peer = bareAddress(ctx.req.socket.remoteAddress ?? "");
    const isTrusted = trusts(peer, 0);
    ctx.request.ip = isTrusted ? clientOf(peer, ctx.get("X-Forwarded-For"), trusts) : peer;
    ctx.state.isBehindTrustedProxy = isTrusted;
    return next();
  };
}

function clientOf(peer: string, forwardedFor: string, trusts: Trust): string {
  const forwarded = forwardedFor.split(",").map(bareAddress).filter(Boolean).reverse();
  const hops = [peer, ...forwarded];
  const firstUntrusted = hops.findIndex((address, hop) => !trusts(address, hop));
  return hops.at(firstUntrusted) ?? peer;
}

/** Host that the client requested. */
function publicHost(ctx: Context, isTrusted: boolean): string {
  const [forwarded = ""] = ctx.get("X-Forwarded-Host").split(",");
  return (isTrusted && forwarded.trim()) || ctx.get("Host");
}

/** Whether this is the service's own origin. A trusted proxy may have dropped the port from the host. */
export function isOwnOrigin(ctx: Context, origin: string): boolean {
  const isTrusted = ctx.state.isBehindTrustedProxy === true;
  const host = publicHost(ctx, isTrusted);
  const url = URL.parse(origin);
  if (url === null || url.host === "") return false;
  // Parsed with the origin's scheme, so that an explicit default port matches, too.
  const ownUrl = URL.parse(`${url.protocol}//${host}`);
  if (ownUrl?.host === url.host) return true;
  return isTrusted && !/:\d+$/.test(host) && ownUrl?.hostname === url.hostname;
}

/** Removes the IPv6 prefix of an IPv4 address, and the port that some proxies add. */
function bareAddress(address: string): string {
  const text = address.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return bare.replace(/^::ffff:(?=[\d.]+$)/i, "");
}
