import { Schema, type Connection, type Model, type Types } from "mongoose";
import type { JsonObject } from "./document.ts";

/** What is stored: the client's object, and what the server adds to it. */
export type StoredDocument = JsonObject & { readonly _id: Types.ObjectId; readonly createdAt: Date };

// `strict: false` and `minimize: false`: clients decide the shape, and empty objects are values too.
const schema = new Schema(
  { createdAt: Date },
  {
    collection: "data",
    strict: false,
    minimize: false,
    versionKey: false,
    autoCreate: false,
    autoIndex: false,
  },
);

// Newest first; `_id` decides between documents of the same millisecond.
schema.index({ createdAt: -1, _id: -1 });

/** The model of the `data` collection on this connection. */
export function dataModel(connection: Connection): Model<StoredDocument> {
  return connection.model<StoredDocument>("Data", schema as unknown as Schema<StoredDocument>);
}
