import type { Schema, SchemaType } from "mongoose";
import { bodyLimit } from "../http/request-body.ts";
import { serverKeys } from "../resource/document.ts";
import { typeAt } from "../resource/known-fields.ts";
import type { Resource } from "../resource/resource.ts";
import { ref } from "./openapi-schemas.ts";

/** The part of JSON Schema that Mongoose generates. */
export interface JsonSchema {
  type?: string | readonly string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | object | boolean;
  [keyword: string]: unknown;
}

/** Schemas of a resource's documents: as sent, as stored, and as a merge patch. */
export function resourceSchemas({ schema, singular, isOpen }: Resource): Record<string, JsonSchema> {
  const sent = sentSchema(schema);
  return {
    [`New${singular}`]: {
      ...sent,
      description: `A JSON object of ${bodyLimit} bytes at most. The server sets \`_id\` and \`createdAt\`.`,
      ...(isOpen ? { examples: [{ name: "Ada" }] } : {}),
    },
    [`${singular}Patch`]: { ...patchOf(sent), description: "A JSON merge patch (RFC 7396)." },
    [`Stored${singular}`]: {
      ...storedSchema(schema),
      description: "The client's object, with the fields that the server adds.",
    },
  };
}

/** Schema of a client's document, without the server's keys. Fields with a default are not required. */
function sentSchema(schema: Schema): JsonSchema {
  const all: JsonSchema = schema.toJSONSchema();
  const own = Object.entries(all.properties ?? {}).filter(([key]) => !serverKeys.includes(key));
  const object = filledObject(
    {
      ...all,
      required: (all.required ?? []).filter((key) => !serverKeys.includes(key)),
      properties: Object.fromEntries(own),
    },
    schema,
    true,
  );
  if (object.additionalProperties === false) return object;
  return { ...object, propertyNames: { ...ref("schemas", "Key"), not: { enum: serverKeys } } };
}

/** Schema of a stored document, without limits of values, because older documents may violate them. */
function storedSchema(schema: Schema): JsonSchema {
  const object = filledObject(schema.toJSONSchema(), schema, false);
  const createdAt = { type: "string", format: "date-time" };
  return {
    ...object,
    required: ["_id", "createdAt"],
    properties: { ...object.properties, _id: ref("schemas", "Id"), createdAt },
  };
}

/** In a patch, `null` deletes a key, and no key is required. Arrays and maps replace the stored value. */
function patchOf(schema: JsonSchema): JsonSchema {
  if (schema.properties === undefined) return schema;
  const patch = { ...schema };
  delete patch.required;
  const properties = Object.entries(schema.properties).map(([key, value]) => {
    const property = patchOf(value);
    return [key, { ...property, ...orNull(property) }];
  });
  const closed = patch.additionalProperties === false ? { additionalProperties: { type: "null" } } : {};
  return { ...patch, properties: Object.fromEntries(properties) as Record<string, JsonSchema>, ...closed };
}

function orNull({ type, enum: values }: JsonSchema): JsonSchema {
  if (type === undefined) return {};
  const types = [...new Set([type, "null"].flat())];
  return {
    type: types,
    ...(Array.isArray(values) ? { enum: [...new Set([...(values as unknown[]), null])] } : {}),
  };
}

/** Adds what `schema.toJSONSchema()` leaves out of an object. `nested` is the dotted path within this schema. */
function filledObject(object: JsonSchema, schema: Schema, isSent: boolean, nested = ""): JsonSchema {
  const required = new Set(isSent ? object.required : []);
  const properties = Object.entries(object.properties ?? {}).map(([key, value]): [string, JsonSchema] => {
    const type = typeAt(schema, nested + key);
    if (type !== undefined) {
      if (hasDefault(type)) required.delete(key);
      return [key, filledValue(value, type, isSent)];
    }
    const child = filledObject({ ...value, type: "object" }, schema, isSent, `${nested}${key}.`);
    if (child.required !== undefined) required.add(key);
    return [key, child];
  });
  const filled: JsonSchema = {
    ...object,
    required: [...required],
    properties: Object.fromEntries(properties),
    additionalProperties: schema.get("strict") === false || !isSent ? ref("schemas", "Value") : false,
  };
  if (required.size === 0) delete filled.required;
  return filled;
}

function filledValue(value: JsonSchema, type: SchemaType, isSent: boolean): JsonSchema {
  const item = type.getEmbeddedSchemaType();
  const itemOf = (schema: JsonSchema) => (item === undefined ? schema : filledValue(schema, item, isSent));
  const inner = (schema: JsonSchema) =>
    type.schema === undefined ? itemOf(schema) : filledObject(schema, type.schema, isSent);
  switch (type.instance) {
    case "Array":
      return value.items === undefined ? value : { ...value, items: inner(value.items) };
    case "Embedded":
      return inner(value);
    case "Map":
      return { ...value, additionalProperties: itemOf(value.additionalProperties as JsonSchema) };
    case "Mixed":
      return ref("schemas", "Value");
    case "Int32":
      return {
        ...value,
        type: [value.type ?? []].flat().map((name) => (name === "number" ? "integer" : name)),
        ...(isSent ? limitsOf(type) : {}),
      };
    case "Date":
      return { ...value, ...(isSent ? { anyOf: dates } : { format: "date-time" }) };
    default:
      return isSent ? { ...value, ...limitsOf(type) } : { ...value };
  }
}

const dates = [{ format: "date-time" }, { format: "date" }, { type: "null" }];

/** Translates Mongoose's built-in validators and the default to JSON Schema. */
function limitsOf(type: SchemaType): JsonSchema {
  const limits: JsonSchema = type.instance === "Int32" ? { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } : {};
  const isRequired = type.validators.some((validator) => validator.type === "required");
  // Mongoose counts an empty string as missing.
  if (isRequired && type.instance === "String") limits.minLength = 1;
  for (const validator of type.validators as readonly Limit[]) {
    if (validator.type === "min") limits.minimum = validator.min;
    if (validator.type === "max") limits.maximum = validator.max;
    if (validator.type === "minlength") limits.minLength = validator.minlength;
    if (validator.type === "maxlength") limits.maxLength = validator.maxlength;
    // JSON Schema's patterns have no flags, and Mongoose accepts an empty string.
    if (validator.type === "regexp" && validator.regexp?.flags === "")
      limits.pattern = isRequired ? validator.regexp.source : `^$|(?:${validator.regexp.source})`;
  }
  const { default: value } = type.options as { default?: unknown };
  return ["string", "number", "boolean"].includes(typeof value) ? { ...limits, default: value } : limits;
}

interface Limit {
  readonly type?: string;
  readonly min?: number;
  readonly max?: number;
  readonly minlength?: number;
  readonly maxlength?: number;
  readonly regexp?: RegExp;
}

function hasDefault(type: SchemaType): boolean {
  const { auto } = type.options as { auto?: boolean };
  const { defaultValue } = type as unknown as { defaultValue?: unknown };
  return auto === true || (defaultValue !== undefined && defaultValue !== null);
}
