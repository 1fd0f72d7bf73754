import { memoryOf } from "../cluster/nodes/quantity.ts";

const gib = 1024 ** 3;

/**
 * WiredTiger's cache in a container of MongoDB, in GiB: half of the memory above one GiB, and 0.25 at least. This is
 * MongoDB's own rule, and that of Percona's operator. It leaves half a GiB or more for mongod's connections and sorts,
 * and for mongodump, mongorestore or mongosh beside it: the kernel ends the whole container when they need more.
 * @param memory the container's limit, a Kubernetes quantity
 */
export function cacheGiB(memory: string): number {
  const aboveOne = memoryOf(memory) / gib - 1;
  return Math.max(0.25, Math.floor(aboveOne * 50) / 100);
}

/** The least memory of a MongoDB: its smallest cache and half a GiB. */
export const leastMemory = "768Mi";

/** Options that mongod would otherwise derive from the node, or from a disk that is larger than the volume. */
export function mongodOptions(memory: string): string[] {
  return [
    "--wiredTigerCacheSizeGB",
    String(cacheGiB(memory)),
    // 200 MB by default, in the data's volume.
    "--setParameter",
    "diagnosticDataCollectionDirectorySizeMB=50",
  ];
}

/**
 * The environment of a mongod. From Linux 6.19 on MongoDB 8's tcmalloc fails unless glibc has registered rseq, and the
 * official image tells glibc not to. https://jira.mongodb.org/browse/SERVER-121912
 */
export const mongodEnv = [{ name: "GLIBC_TUNABLES", value: "glibc.pthread.rseq=1" }];
