import type { Schema } from "mongoose";
import { limitNumbers } from "./number-range.ts";
import { requireSupported } from "./supported-schema.ts";

/** A collection of documents at a path, described by a Mongoose schema. */
export interface Resource {
  /** Such as `/books`. */
  readonly path: string;
  /** Name of the collection. */
  readonly name: string;
  /** Schema of the documents, with the fields that the server adds. */
  readonly schema: Schema;
  /** Whether every JSON object is a valid document. */
  readonly isOpen: boolean;
  /** Name of several documents in the contract's operations, such as `Books`. */
  readonly plural: string;
  /** Name of one document in the contract's operations, such as `Book`. */
  readonly singular: string;
}

/** Names of the documents in the contract. */
export type ResourceNames = Pick<Resource, "plural" | "singular">;

/**
 * Creates a resource from a schema, and leaves the schema unchanged.
 * @param path one segment, such as `/books`. The collection has the same name, unless the schema sets `collection`
 * @param names names in the contract's operations. @default derived from the path: `Books` and `Book`
 * @throws {Error} if the service does not support a feature of the schema
 */
export function resource(path: string, schema: Schema, names: ResourceNames = namesOf(path)): Resource {
  requireSupported(path, schema);
  const isOpen = schema.get("strict") === false && Object.keys(schema.paths).every((name) => name === "_id");
  return { path, name: schema.get("collection") ?? path.slice(1), schema: stored(schema), isOpen, ...names };
}

function stored(schema: Schema): Schema {
  const clone = schema.clone();
  // The connection creates the indexes after it has opened. Empty objects are values, too.
  for (const option of ["autoCreate", "autoIndex", "minimize", "versionKey"] as const)
    clone.set(option, false);
  limitNumbers(clone);
  clone.add({ createdAt: Date });
  // Index for the order newest first. `_id` decides between documents of the same millisecond.
  clone.index({ createdAt: -1, _id: -1 });
  return clone;
}

function namesOf(path: string): ResourceNames {
  const plural = path.charAt(1).toUpperCase() + path.slice(2);
  return { plural, singular: plural.replace(/ies$/, "y").replace(/s$/, "") };
}
