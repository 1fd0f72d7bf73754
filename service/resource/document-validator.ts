import { Error as MongooseError, type Model } from "mongoose";
import { Problem } from "../http/problem.ts";
import { visibleText } from "../http/visible-text.ts";
import type { JsonObject } from "./document.ts";
import { knownFields } from "./known-fields.ts";

/** What is wrong with one field. */
export interface FieldError {
  /** `author.name`, `tags.0` */
  readonly path: string;
  /** `unknown`, `type`, `required`, `enum`, `min`, …, or `invalid` for a validator of the schema's own. */
  readonly code: string;
  readonly message: string;
}

/** Tells of a wrong field. Of several errors of one field the first counts. */
export type Report = (path: string, code: string, message: string) => void;

/** Fields that an answer names at most. */
const maxErrors = 100;

/** Plain values and BSON types, whatever options the schema has. */
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
 * Makes the document that is stored of what a client sent: with the defaults, setters and validators of the schema.
 * @throws {Problem} 422 `invalid_document`, with an entry for each wrong field
 */
export async function validDocument(model: Model<unknown>, sent: JsonObject): Promise<JsonObject> {
  const errors = new Map<string, FieldError>();
  const report: Report = (path, code, message) => {
    if (!errors.has(path) && errors.size < maxErrors)
      errors.set(path, { path, code, message: visibleText(message.slice(0, 300)) });
  };
  // Mongoose casts: "5" would become a number, and unknown fields would go without a word.
  const document = new model(knownFields(model.schema, sent, report));
  await document.validate().catch((error: unknown) => {
    if (!(error instanceof MongooseError.ValidationError)) throw error;
    for (const [path, { name, kind, message }] of Object.entries(error.errors)) {
      // The summary of a subdocument: its fields have entries of their own.
      if ((name as string) !== "ValidationError") report(path, codeOf(kind, name), message);
    }
  });
  if (errors.size > 0) throw invalidDocument([...errors.values()]);
  const values: JsonObject = document.toObject(plain);
  if (model.schema.get("timestamps")) values.updatedAt = new Date();
  // The store gives the id. An undefined value would be stored as null.
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
