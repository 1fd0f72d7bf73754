import type { Schema } from "mongoose";

/** A collection of documents at a path, described by a Mongoose schema. */
export interface Resource {
  /** Such as `/books`. */
  readonly path: string;
  /** Of the collection: the path without its slash. */
  readonly name: string;
  /** The schema, with what the server adds to each document. */
  readonly schema: Schema;
  /** For the contract's operations: `Books`, of which one is a `Book`. */
  readonly plural: string;
  readonly singular: string;
}

/** What the documents are called, if the path doesn't say. */
export type ResourceNames = Pick<Resource, "plural" | "singular">;

/**
 * Makes a resource of a schema, which stays as it is.
 * @param path one segment, such as `/books`, which is also the collection's name
 * @param names of the contract's operations. @default of the path: `Books` and `Book`
 */
export function resource(path: string, schema: Schema, names: ResourceNames = namesOf(path)): Resource {
  const stored = schema.clone();
  // The store creates indexes once connected. Empty objects are values too.
  for (const option of ["autoCreate", "autoIndex", "minimize", "versionKey"] as const)
    stored.set(option, false);
  stored.add({ createdAt: Date });
  // Newest first; `_id` decides between documents of the same millisecond.
  stored.index({ createdAt: -1, _id: -1 });
  return { path, name: path.slice(1), schema: stored, ...names };
}

function namesOf(path: string): ResourceNames {
  const plural = path.charAt(1).toUpperCase() + path.slice(2);
  return { plural, singular: plural.replace(/ies$/, "y").replace(/s$/, "") };
}
