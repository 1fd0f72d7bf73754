import { Types, type Connection, type Model, type mongo } from "mongoose";
import type { JsonObject } from "../resource/document.ts";
import type { Resource } from "../resource/resource.ts";

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
export type DocumentCollection = mongo.Collection<StoredDocument>;

/** The resource's model on this connection: validates documents, and creates the indexes. */
export function modelOf(connection: Connection, { name, schema }: Resource): Model<unknown> {
  return connection.model<unknown>(name, schema, name);
}

/**
 * The resource's collection on this connection. Queries go to the driver's own: documents are plain objects, there is
 * nothing left for Mongoose's queries to do, and they take longer than MongoDB's answer.
 */
export function collectionOf(connection: Connection, resource: Resource): DocumentCollection {
  return modelOf(connection, resource).collection as unknown as DocumentCollection;
}
