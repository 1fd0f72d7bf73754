import { BlockList, isIP, isIPv6 } from "node:net";
import type { Context, Middleware } from "koa";

/** Whether the proxy at this address, so many hops before the service (from 0), tells the truth of its client. */
export type Trust = (address: string, hop: number) => boolean;

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/**
 * Reads which proxies are trusted, as Express' `trust proxy` has them: a number of hops, or a list of addresses, CIDR
 * ranges, `loopback`, `linklocal` and `uniquelocal`. The empty text and 0 trust none.
 * @returns undefined if it is none of these
 */
export function parseTrust(text: string): Trust | undefined {
  if (/^\d{0,2}$/.test(text)) return (_address, hop) => hop < Number(text);
  const ranges = text.split(",").map((range) => range.trim());
  const trusted = new BlockList();
  for (const range of ranges.flatMap((range) => named[range] ?? [range])) {
    const [address = "", prefix, ...rest] = range.split("/");
    const type = isIPv6(address) ? "ipv6" : "ipv4";
    const most = type === "ipv6" ? 128 : 32;
    const length = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (isIP(address) === 0 || rest.length > 0 || !(length >= 0 && length <= most)) return undefined;
    trusted.addSubnet(address, length, type);
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/**
 * Middleware: sets `ctx.ip` to the client's address. Behind trusted proxies it is the last address in `X-Forwarded-For`
 * that no trusted proxy has, and `ctx.state.isBehindTrustedProxy` is true.
 */
export function identifyClient(trusts: Trust): Middleware {
  return function setClient(ctx, next) {
    const peer = plain(ctx.req.socket.remoteAddress ?? "");
    const isTrusted = trusts(peer, 0);
    ctx.request.ip = isTrusted ? clientOf(peer, ctx.get("X-Forwarded-For"), trusts) : peer;
    ctx.state.isBehindTrustedProxy = isTrusted;
    return next();
  };
}

function clientOf(peer: string, forwardedFor: string, trusts: Trust): string {
  const forwarded = forwardedFor.split(",").map(plain).filter(Boolean).reverse();
  const hops = [peer, ...forwarded];
  const first = hops.findIndex((address, hop) => !trusts(address, hop));
  return hops.at(first) ?? peer;
}

/** The host that the client asked for. */
function publicHost(ctx: Context, isTrusted: boolean): string {
  const [forwarded = ""] = ctx.get("X-Forwarded-Host").split(",");
  return (isTrusted && forwarded.trim()) || ctx.get("Host");
}

/** Whether a page of this origin is the service's own. A trusted proxy may have dropped the port. */
export function isOwnOrigin(ctx: Context, origin: string): boolean {
  const isTrusted = ctx.state.isBehindTrustedProxy === true;
  const host = publicHost(ctx, isTrusted);
  const url = URL.parse(origin);
  if (url === null || url.host === "") return false;
  // In the origin's own scheme, so that its default port may be written.
  const ownUrl = URL.parse(`${url.protocol}//${host}`);
  if (ownUrl?.host === url.host) return true;
  return isTrusted && !/:\d+$/.test(host) && ownUrl?.hostname === url.hostname;
}

/** An address without the IPv6 form of IPv4, and without the port that some proxies add. */
function plain(address: string): string {
  const text = address.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return bare.replace(/^::ffff:(?=[\d.]+$)/i, "");
}
