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
  const usage: PoolUsage = { open: 0, inUse: 0, waiting: 0 };
  client.on("connectionCreated", () => usage.open++);
  client.on("connectionClosed", () => usage.open--);
  client.on("connectionCheckOutStarted", () => usage.waiting++);
  client.on("connectionCheckOutFailed", () => usage.waiting--);
  client.on("connectionCheckedOut", () => {
    usage.waiting--;
    usage.inUse++;
  });
  client.on("connectionCheckedIn", () => usage.inUse--);
  return usage;
}
