import type { mongo } from "mongoose";

/** What becomes of the connections to MongoDB. */
export interface PoolUsage {
  /** Connections that there are, and those of them that an operation has. */
  open: number;
  inUse: number;
  /** Operations that wait for one. */
  waiting: number;
}

/** Counts along with a client that has not connected yet. */
export function watchPool(client: mongo.MongoClient): PoolUsage {
  const use: PoolUsage = { open: 0, inUse: 0, waiting: 0 };
  client.on("connectionCreated", () => use.open++);
  client.on("connectionClosed", () => use.open--);
  client.on("connectionCheckOutStarted", () => use.waiting++);
  client.on("connectionCheckOutFailed", () => use.waiting--);
  client.on("connectionCheckedOut", () => {
    use.waiting--;
    use.inUse++;
  });
  client.on("connectionCheckedIn", () => use.inUse--);
  return use;
}
