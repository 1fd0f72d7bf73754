import { bytesOf } from "../cluster/nodes/quantity.ts";

const gib = 1024 ** 3;

/**
 * WiredTiger's cache in GiB: half of the memory above one GiB, and 0.25 at least. MongoDB and Percona's operator
 * use the same rule. At least half a GiB remains for connections, sorts, and tools such as mongodump, mongorestore
 * or mongosh. If mongod and the tools need more, the kernel kills the whole container.
 * @param memory the container's limit, a Kubernetes quantity
 */
export function cacheGiB(memory: string): number {
  const aboveOne = bytesOf(memory) / gib - 1;
  return Math.max(0.25, Math.floor(aboveOne * 50) / 100);
}

/** The least memory of a MongoDB: the smallest cache and half a GiB. */
export const minMemory = "768Mi";

/** Options that mongod would otherwise derive from the node, or from a disk that is larger than the volume. */
export function mongodOptions(memory: string): string[] {
  return [
    "--wiredTigerCacheSizeGB",
    String(cacheGiB(memory)),
    // The default is 200 MB, in the data's volume.
    "--setParameter",
    "diagnosticDataCollectionDirectorySizeMB=50",
  ];
}

/**
 * The environment of a mongod. From Linux 6.19, MongoDB 8's tcmalloc fails unless glibc has registered rseq. The
 * official image disables rseq in glibc. https://jira.mongodb.org/browse/SERVER-121912
 */
export const mongodEnv = [{ name: "GLIBC_TUNABLES", value: "glibc.pthread.rseq=1" }];
