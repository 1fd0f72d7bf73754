import { Error as MongooseError, type Model } from "mongoose";
import { Problem } from "../http/problem.ts";
import { visibleText } from "../http/visible-text.ts";
import type { JsonObject } from "./document.ts";
import { knownFields } from "./known-fields.ts";

/** Error of one field. */
export interface FieldError {
  /** Such as `author.name` or `tags.0`. */
  readonly path: string;
  /** `unknown`, `type`, `required`, `enum`, `min`, …, or `invalid` for a custom validator of the schema. */
  readonly code: string;
  readonly message: string;
}

/** Reports an invalid field. Only the first error of each field counts. */
export type Report = (path: string, code: string, message: string) => void;

/** Maximum number of fields that an answer names. */
const maxErrors = 100;

/** Options for plain values and BSON types, whatever options the schema has. */
const plain = {
  depopulate: true,
  flattenMaps: true,
  flattenObjectIds: false,
  getters: false,
  minimize: false,
  transform: false,
  versionKey: false,
  virtuals: false,
} as const;

/**
 * Turns a client's object into the document to store, with the schema's defaults, setters and validators.
 * @throws {Problem} 422 `invalid_document`, with an entry for each invalid field
 */
export async function validDocument(model: Model<unknown>, sent: JsonObject): Promise<JsonObject> {
  const errors = new Map<string, FieldError>();
  const report: Report = (path, code, message) => {
    if (!errors.has(path) && errors.size < maxErrors)
      errors.set(path, { path, code, message: visibleText(message.slice(0, 300)) });
  };
  // `knownFields` reports what Mongoose would hide: Mongoose casts "5" to a number, and drops unknown fields.
  const document = new model(knownFields(model.schema, sent, report));
  await document.validate().catch((error: unknown) => {
    if (!(error instanceof MongooseError.ValidationError)) throw error;
    for (const [path, { name, kind, message }] of Object.entries(error.errors)) {
      // A subdocument's own entry is a summary. Its fields have separate entries.
      if ((name as string) !== "ValidationError") report(path, codeOf(kind, name), message);
    }
  });
  if (errors.size > 0) throw invalidDocument([...errors.values()]);
  const values: JsonObject = document.toObject(plain);
  if (model.schema.get("timestamps")) values.updatedAt = new Date();
  // The store assigns the id. An undefined value would be stored as null.
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => key !== "_id" && value !== undefined),
  );
}

function invalidDocument(errors: readonly FieldError[]): Problem {
  const paths = errors.map(({ path }) => path).join(", ");
  return new Problem(422, "invalid_document", `Correct these fields: ${paths.slice(0, 300)}.`, {
    members: { errors },
  });
}

function codeOf(kind: string, name: string): string {
  if (name === "CastError") return "type";
  return kind === "user defined" || !/^[a-z_]+$/.test(kind) ? "invalid" : kind;
}
