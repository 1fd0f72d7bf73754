import { lookup } from "node:dns/promises";

/** Milliseconds for which a count holds: the cluster's DNS itself is seconds behind. */
const freshness = 1000;

/** Tells how many pods are ready, or `undefined` where that is not known. */
export type CountPods = () => number | undefined;

/**
 * Counts the addresses of a DNS name that has one for every pod that is ready: nothing more is known of the others
 * without the right to ask Kubernetes. Nobody waits for DNS: who asks is told the last count, and makes the next.
 * @param host the name; without one nothing is known
 */
export function podCounter(host: string | undefined, resolve = addressesOf): CountPods {
  let count: number | undefined;
  let asked = -Infinity;

  async function ask(name: string): Promise<void> {
    asked = Infinity;
    count = await resolve(name).catch(() => undefined);
    asked = performance.now();
  }
  // For the first page to have it.
  if (host !== undefined) void ask(host);
  return () => {
    if (host !== undefined && performance.now() - asked > freshness) void ask(host);
    return count;
  };
}

/** A pod has an address of each of the cluster's families. */
async function addressesOf(host: string): Promise<number> {
  const found = await lookup(host, { all: true });
  const ofFamily = (wanted: number) =>
    new Set(found.filter(({ family }) => family === wanted).map(({ address }) => address)).size;
  return Math.max(ofFamily(4), ofFamily(6));
}
