import { cpuOf } from "../../infra/quantity.ts";
import { webRequests } from "../../infra/web.ts";

/** Measured cost of a request: microseconds of CPU. */
export interface Costs {
  /** With one client at a time. */
  readonly alone: number;
  /** With many at once, which share what a request needs beside its own work. */
  readonly together: number;
}

/** Prices for a month, in whatever currency. They are the reader's, and not measured. */
export interface Prices {
  /** Of one CPU with the memory that comes with it. */
  readonly cpu: number;
  /** Of a gigabyte on a disk. */
  readonly disk: number;
}

/** What a rate needs. */
export interface RatePlan {
  readonly rate: number;
  /** CPUs that are busy. */
  readonly cpus: number;
  /** Pods that the autoscaler asks for. */
  readonly pods: number;
  /** CPUs that these pods reserve. */
  readonly reserved: number;
  /** What the reserved CPUs cost a month. */
  readonly price: number;
}

/** Requests a second below which each is alone: the next comes after it has been answered. */
const aloneBelow = 100;

/**
 * Pods for a rate: the autoscaler adds some until each uses no more than its share of its request.
 * @param cpuTarget in percent of the request
 */
export function ratePlan(
  rate: number,
  costs: Costs,
  { cpuTarget, minReplicas }: { readonly cpuTarget: number; readonly minReplicas: number },
  prices: Prices,
): RatePlan {
  const cost = rate < aloneBelow ? costs.alone : costs.together;
  const cpus = (rate * cost) / 1e6;
  const request = cpuOf(webRequests.cpu) / 1000;
  const pods = Math.max(minReplicas, Math.ceil(cpus / ((request * cpuTarget) / 100)));
  return { rate, cpus, pods, reserved: pods * request, price: pods * request * prices.cpu };
}

/** What an amount of data needs. */
export interface DataPlan {
  /** Bytes of all documents. */
  readonly size: number;
  readonly documents: number;
  /** Bytes of the index of `_id`, which is to stay in memory. */
  readonly index: number;
  /** Bytes that the copies take on disks. */
  readonly disks: number;
  readonly price: number;
  /** Whether the index fits the cache that this stack gives MongoDB. */
  readonly fits: boolean;
}

/** What is assumed of the documents. */
export interface DataAssumptions {
  /** Bytes of a document. */
  readonly document: number;
  /** Bytes of its entry in the index: an ObjectId, where it is, and room that B-trees keep. */
  readonly indexEntry: number;
  /** Bytes of WiredTiger's cache. */
  readonly cache: number;
  readonly copies: number;
}

/** Documents, index and disks for an amount of data. */
export function dataPlan(size: number, assumed: DataAssumptions, prices: Prices): DataPlan {
  const documents = size / assumed.document;
  const index = documents * assumed.indexEntry;
  const disks = size * assumed.copies;
  const price = (disks / 1e9) * prices.disk;
  return { size, documents, index, disks, price, fits: index < assumed.cache };
}
