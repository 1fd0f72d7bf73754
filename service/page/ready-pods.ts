import { lookup } from "node:dns/promises";

/** Milliseconds for which a count is reused. The cluster's DNS itself is seconds behind. */
const maxAgeMs = 1000;

/** Returns the number of ready pods, or `undefined` if the number is unknown. */
export type CountPods = () => number | undefined;

/**
 * Counts ready pods by the addresses of a DNS name. Unready pods can't be counted without access to the Kubernetes API.
 * Callers never wait for DNS: they get the last count, and an old count starts the next lookup.
 * @param host DNS name with one address for each ready pod. Without a name, the count is unknown
 */
export function podCounter(host: string | undefined, resolve = countAddresses): CountPods {
  let count: number | undefined;
  let countedAt = -Infinity;

  async function refresh(name: string): Promise<void> {
    countedAt = Infinity;
    count = await resolve(name).catch(() => undefined);
    countedAt = performance.now();
  }
  // Counts early, so that the first page has a count.
  if (host !== undefined) void refresh(host);
  return () => {
    if (host !== undefined && performance.now() - countedAt > maxAgeMs) void refresh(host);
    return count;
  };
}

/** In a dual-stack cluster, each pod has an address of both families. */
async function countAddresses(host: string): Promise<number> {
  const found = await lookup(host, { all: true });
  const ofFamily = (wanted: number) =>
    new Set(found.filter(({ family }) => family === wanted).map(({ address }) => address)).size;
  return Math.max(ofFamily(4), ofFamily(6));
}
