import { Types, type Connection, type Model, type mongo } from "mongoose";
import type { JsonObject } from "../resource/document.ts";
import type { Resource } from "../resource/resource.ts";

/** A stored document: the client's object and the server's keys. */
export type StoredDocument = JsonObject & {
  readonly _id: Types.ObjectId;
  readonly createdAt: Date;
  /** Id of the last update, hidden from clients. Missing before the first update. */
  readonly _revision?: Types.ObjectId;
};

/** Identifies the last write of a document. Before the first update, the id identifies the insert. */
export function revisionOf({ _id, _revision }: StoredDocument): Types.ObjectId {
  return _revision instanceof Types.ObjectId ? _revision : _id;
}

/** Leaves the revision out of JSON and copies of a document. */
export function hideRevision<Document extends StoredDocument>(document: Document): Document {
  // In an older release, clients could store a `_revision` of another type, which is returned unchanged.
  if (document._revision instanceof Types.ObjectId) {
    Object.defineProperty(document, "_revision", { enumerable: false });
  }
  return document;
}

/** Filter that matches this document only while it is unchanged. */
export function unchangedFilter({ _id, _revision }: StoredDocument): mongo.Filter<StoredDocument> {
  return { _id, _revision: _revision ?? null } as mongo.Filter<StoredDocument>;
}

/** The driver's collection of a resource. */
export type DocumentCollection = mongo.Collection<StoredDocument>;

/** The resource's model on this connection: validates documents, and creates the indexes. */
export function modelOf(connection: Connection, { name, schema }: Resource): Model<unknown> {
  return connection.model<unknown>(name, schema, name);
}

/**
 * The driver's collection of the resource on this connection. Documents are plain objects, so Mongoose's queries would
 * add nothing, and take longer than MongoDB's answer.
 */
export function collectionOf(connection: Connection, resource: Resource): DocumentCollection {
  return modelOf(connection, resource).collection as unknown as DocumentCollection;
}
