import { mongo, type Schema } from "mongoose";
import { Problem } from "../http/problem.ts";
import type { FieldError } from "./document-validator.ts";

const duplicateKeyCode = 11000;

/** Converts an error of a unique index to 409 `duplicate` with the index's fields. Returns other errors unchanged. */
export function convertDuplicateError(error: unknown, schema: Schema): unknown {
  if (!(error instanceof mongo.MongoServerError) || error.code !== duplicateKeyCode) return error;
  // A bulk write's error has no `keyPattern`.
  const name = /index: (\S+) dup key/.exec(error.message)?.[1];
  const index = schema.indexes().find((each) => indexName(each) === name);
  const paths = Object.keys(index?.[0] ?? {});
  const errors = paths.map((path): FieldError => ({
    path,
    code: "duplicate",
    message: "Another document has this value.",
  }));
  const what = paths.length === 0 ? "a value that must be unique" : `the same ${paths.join(", ")}`;
  return new Problem(409, "duplicate", `Another document has ${what}.`, { members: { errors } });
}

/** Name of an index. Without an explicit name, MongoDB generates one from the fields. */
function indexName([fields, options]: ReturnType<Schema["indexes"]>[number]): string {
  return (
    options.name ??
    Object.entries(fields)
      .flatMap(([path, order]) => [path, String(order)])
      .join("_")
  );
}
