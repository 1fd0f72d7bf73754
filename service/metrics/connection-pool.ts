import type { mongo } from "mongoose";

/** Usage of the connections to MongoDB. */
export interface PoolUsage {
  /** Open connections. */
  open: number;
  /** Open connections that an operation uses. */
  inUse: number;
  /** Operations that wait for a connection. */
  waiting: number;
}

/** Counts the connections of a client, which must not have connected yet. */
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
