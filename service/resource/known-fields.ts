import { Types, type Schema, type SchemaType } from "mongoose";
import { isObject, type JsonObject } from "./document.ts";
import type { Report } from "./document-validator.ts";
import { isObjectId } from "./object-id.ts";

/**
 * Copies an object without fields that are unknown to the schema or have the wrong type. Reports both.
 * @param prefix path of the object in the document, such as `author.`
 * @param nested path of the object in `schema`. A subdocument has its own schema
 */
export function knownFields(
  schema: Schema,
  object: JsonObject,
  report: Report,
  prefix = "",
  nested = "",
): JsonObject {
  const isOpen = schema.get("strict") === false;
  const known = Object.entries(object).map(([key, value]): [string, unknown] => {
    const name = nested + key;
    const path = prefix + key;
    const type = typeAt(schema, name);
    if (type !== undefined) return [key, knownValue(type, value, path, report)];
    if (schema.pathType(name) === "nested") {
      if (isObject(value)) return [key, knownFields(schema, value, report, `${path}.`, `${name}.`)];
      return [key, rejected(report, path, "type", "The value must be an object.")];
    }
    return [key, isOpen ? value : rejected(report, path, "unknown", "The resource has no such field.")];
  });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

/** Reports a value. Returns `undefined`, which removes the value from the copy. */
function rejected(report: Report, ...error: Parameters<Report>): unknown {
  report(...error);
  return undefined;
}

/** Returns the type of a dotted path, or `undefined` if the schema has no such path. */
export function typeAt(schema: Schema, name: string): SchemaType | undefined {
  return schema.path(name);
}

/** Mongoose's types that JSON can represent, by name: a description of the JSON value, and a check. */
export const scalarTypes: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  String: ["a string", (value) => typeof value === "string"],
  Number: ["a number", (value) => typeof value === "number"],
  Double: ["a number", (value) => typeof value === "number"],
  Int32: ["a 32-bit integer", (value) => typeof value === "number" && value === (value | 0)],
  Boolean: ["true or false", (value) => typeof value === "boolean"],
  Date: [
    "a date such as 2026-01-31 or 2026-01-31T12:00:00Z",
    (value) => value instanceof Date || isDate(value),
  ],
  ObjectId: ["24 hex digits", (value) => value instanceof Types.ObjectId || isObjectId(value)],
};

function knownValue(type: SchemaType, value: unknown, path: string, report: Report): unknown {
  if (value === null || type.instance === "Mixed") return value;
  const wrong = (what: string) => rejected(report, path, "type", `The value must be ${what}.`);
  const scalar = scalarTypes[type.instance];
  if (scalar !== undefined) return scalar[1](value) ? value : wrong(scalar[0]);
  const item = type.getEmbeddedSchemaType();
  if (type.instance === "Array") {
    if (!Array.isArray(value)) return wrong("an array");
    return value.map((each: unknown, i) => knownItem(type.schema, item, each, `${path}.${i}`, report));
  }
  if (!isObject(value)) return wrong("an object");
  if (type.instance !== "Map") return knownItem(type.schema, item, value, path, report);
  const items = Object.entries(value).map(([key, each]) => [
    key,
    knownItem(undefined, item, each, `${path}.${key}`, report),
  ]);
  return Object.fromEntries(items);
}

/** Checks a subdocument, or a value of an array or a map. */
function knownItem(
  schema: Schema | undefined,
  type: SchemaType | undefined,
  value: unknown,
  path: string,
  report: Report,
): unknown {
  if (schema === undefined) return type === undefined ? value : knownValue(type, value, path, report);
  if (isObject(value)) return knownFields(schema, value, report, `${path}.`);
  return rejected(report, path, "type", "The value must be an object.");
}

/** Whether a value is a date, or a time with an offset (RFC 3339). `Date` alone turns February 30 into March 2. */
function isDate(value: unknown): boolean {
  const form = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$/;
  const day = typeof value === "string" ? form.exec(value)?.[1] : undefined;
  if (day === undefined || Number.isNaN(Date.parse(String(value)))) return false;
  return new Date(day).toISOString().startsWith(day);
}
