import { Schema, type Connection, type mongo, type Types } from "mongoose";
import type { JsonObject } from "./document.ts";

/** What is stored: the client's object, and what the server adds to it. */
export type StoredDocument = JsonObject & { readonly _id: Types.ObjectId; readonly createdAt: Date };

/** The driver's collection of a resource. */
export type DataCollection = mongo.Collection<StoredDocument>;

// `strict: false` and `minimize: false`: clients decide the shape, and empty objects are values too.
const schema = new Schema(
  { createdAt: Date },
  { strict: false, minimize: false, versionKey: false, autoCreate: false, autoIndex: false },
);

// Newest first; `_id` decides between documents of the same millisecond.
schema.index({ createdAt: -1, _id: -1 });

/**
 * The collection of this name on this connection, whose indexes its model makes. Queries go to the driver's own collection:
 * schemaless and lean, there is nothing left for Mongoose's to do, and they take longer than MongoDB's answer.
 */
export function dataCollection(connection: Connection, name: string): DataCollection {
  return connection.model(name, schema, name).collection as unknown as DataCollection;
}
