import { Schema, Types, type Connection, type mongo } from "mongoose";
import type { JsonObject } from "./document.ts";

/** What is stored: the client's object, and what the server adds to it. */
export type StoredDocument = JsonObject & {
  readonly _id: Types.ObjectId;
  readonly createdAt: Date;
  /** Of the last update; missing before the first one. Clients don't see it. */
  readonly _revision?: Types.ObjectId;
};

/** Names the last write of a document. An insert is named by the id: so documents need no revision until an update. */
export function revisionOf({ _id, _revision }: StoredDocument): Types.ObjectId {
  return _revision instanceof Types.ObjectId ? _revision : _id;
}

/** Leaves the revision out of JSON and copies of a document. */
export function hideRevision<Document extends StoredDocument>(document: Document): Document {
  // A client's own `_revision` of an older release is no ObjectId: it comes back as it went in.
  if (document._revision instanceof Types.ObjectId) {
    Object.defineProperty(document, "_revision", { enumerable: false });
  }
  return document;
}

/** The filter that finds this document as long as nobody has changed it. */
export function unchanged({ _id, _revision }: StoredDocument): mongo.Filter<StoredDocument> {
  return { _id, _revision: _revision ?? null } as mongo.Filter<StoredDocument>;
}

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
