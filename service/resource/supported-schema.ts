import type { Schema, SchemaType } from "mongoose";
import { scalarTypes, typeAt } from "./known-fields.ts";

const types = [...Object.keys(scalarTypes), "Array", "Embedded", "Map", "Mixed"];

/** A schema that the service does not support. The message names the feature, so users need no stack. */
export class UnsupportedSchemaError extends Error {
  override readonly name = "UnsupportedSchemaError";
}

/**
 * Rejects a schema with features that the service would ignore. The service stores documents with the driver's bulk
 * writes, and answers with documents as they are stored.
 * @param path path of the resource, for the message
 * @throws {UnsupportedSchemaError} with the first such feature, when the service starts
 */
export function requireSupported(path: string, schema: Schema): void {
  const reason = problemOf(schema);
  if (reason !== undefined) throw new UnsupportedSchemaError(`The schema of ${path} has ${reason}.`);
}

function problemOf(schema: Schema): string | undefined {
  const timestamps: unknown = schema.get("timestamps");
  if (typeAt(schema, "_revision") || (typeAt(schema, "createdAt") && timestamps !== true))
    return "a field `createdAt` or `_revision`: the server sets these fields";
  if (schema.get("_id") !== false && typeAt(schema, "_id")?.instance !== "ObjectId")
    return "an `_id` of its own type: the server assigns an ObjectId";
  if (timestamps && timestamps !== true) return "`timestamps` other than `true`";
  if (schema.get("toJSON") || schema.get("toObject"))
    return "`toJSON` or `toObject` options: the service sends documents as they are stored";
  return problemOfPaths(schema) ?? problemOfHooks(schema);
}

function problemOfPaths(schema: Schema): string | undefined {
  for (const [name, type] of Object.entries(schema.paths)) {
    const { options } = type;
    const instance = unsupportedType(type);
    const { select, immutable } = options as { select?: unknown; immutable?: unknown };
    if (instance !== undefined) return `\`${name}\` of type ${instance}, which JSON can't represent`;
    if (select === false)
      return `\`${name}\` with \`select: false\`: the service sends documents as they are stored`;
    const limit = ignoredLimit(type);
    if (limit !== undefined)
      return `\`${name}\` with \`${limit}\`, which Mongoose ignores for ${type.instance}: use a validator`;
    if (immutable && name !== "createdAt")
      return `\`${name}\` with \`immutable\`: use a validator, or omit the option`;
  }
  return undefined;
}

/** Mongoose's options that limit a value, and the types that support each option. */
const limits: Readonly<Record<string, readonly string[]>> = {
  min: ["Number", "Int32", "Double", "Date"],
  max: ["Number", "Int32", "Double", "Date"],
  minlength: ["String"],
  maxlength: ["String"],
  minLength: ["String"],
  maxLength: ["String"],
  match: ["String"],
};

function ignoredLimit({ options, instance }: SchemaType): string | undefined {
  return Object.keys(limits).find((name) => name in options && !limits[name]?.includes(instance));
}

function unsupportedType(type: SchemaType): string | undefined {
  if (!types.includes(type.instance)) return type.instance;
  // Subdocuments are checked as separate schemas.
  if (type.schema !== undefined) return undefined;
  const item = type.getEmbeddedSchemaType();
  return item && unsupportedType(item);
}

/** The service runs only Mongoose's operation `validate`. */
function problemOfHooks(schema: Schema): string | undefined {
  const hook = hookedOperations(schema).find((name) => name !== "validate");
  if (hook !== undefined) return `a hook of \`${hook}\`, which would not run: use a hook of \`validate\``;
  const children = schema.childSchemas as readonly { schema: Schema }[];
  return children.map((child) => problemOfChild(child.schema)).find((problem) => problem !== undefined);
}

function problemOfChild(schema: Schema): string | undefined {
  if (schema.get("timestamps")) return "`timestamps` in a subdocument";
  return problemOfPaths(schema) ?? problemOfHooks(schema);
}

/** Marks Mongoose's own hooks. */
const builtIn = Symbol.for("mongoose:built-in-middleware");

interface Hooks {
  readonly _pres: ReadonlyMap<string, readonly Hook[]>;
  readonly _posts: ReadonlyMap<string, readonly Hook[]>;
}

interface Hook {
  readonly fn: { readonly [builtIn]?: boolean };
}

/** Operations for which the user has added hooks. Mongoose has no public API that lists hooks. */
function hookedOperations(schema: Schema): string[] {
  const { _pres, _posts } = (schema as unknown as { s: { hooks: Hooks } }).s.hooks;
  return [..._pres, ..._posts]
    .filter(([, hooks]) => hooks.some(({ fn }) => fn[builtIn] !== true))
    .map(([name]) => name);
}
