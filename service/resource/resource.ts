import type { Schema } from "mongoose";
import { limitNumbers } from "./number-range.ts";
import { requireSupported } from "./supported-schema.ts";

/** A collection of documents at a path, described by a Mongoose schema. */
export interface Resource {
  /** Such as `/books`. */
  readonly path: string;
  /** Of the collection. */
  readonly name: string;
  /** The schema, with what the server adds to each document. */
  readonly schema: Schema;
  /** Whether any JSON object is a document: there is nothing to validate. */
  readonly isOpen: boolean;
  /** For the contract's operations: `Books`, of which one is a `Book`. */
  readonly plural: string;
  readonly singular: string;
}

/** What the documents are called, if the path doesn't say. */
export type ResourceNames = Pick<Resource, "plural" | "singular">;

/**
 * Makes a resource of a schema, which stays as it is.
 * @param path one segment, such as `/books`: also the name of the collection, unless the schema has the option `collection`
 * @param names of the contract's operations. @default of the path: `Books` and `Book`
 * @throws {Error} if the schema has what the service would not do
 */
export function resource(path: string, schema: Schema, names: ResourceNames = namesOf(path)): Resource {
  requireSupported(path, schema);
  const isOpen = schema.get("strict") === false && Object.keys(schema.paths).every((name) => name === "_id");
  return { path, name: schema.get("collection") ?? path.slice(1), schema: stored(schema), isOpen, ...names };
}

function stored(schema: Schema): Schema {
  const clone = schema.clone();
  // The store creates indexes once it is connected. Empty objects are values too.
  for (const option of ["autoCreate", "autoIndex", "minimize", "versionKey"] as const)
    clone.set(option, false);
  limitNumbers(clone);
  clone.add({ createdAt: Date });
  // Newest first; `_id` decides between documents of the same millisecond.
  clone.index({ createdAt: -1, _id: -1 });
  return clone;
}

function namesOf(path: string): ResourceNames {
  const plural = path.charAt(1).toUpperCase() + path.slice(2);
  return { plural, singular: plural.replace(/ies$/, "y").replace(/s$/, "") };
}
