import { cursorPattern } from "../store/cursor.ts";
import { maxDepth } from "../resource/document.ts";

/** Reference to a component of the document, by name. */
export const ref = (kind: "schemas" | "headers", name: string) => ({ $ref: `#/components/${kind}/${name}` });

const id = { type: "string", pattern: "^[0-9a-fA-F]{24}$" };

/** Schemas that operations refer to. Descriptions state the rules that JSON Schema can't express. */
export const schemas = {
  Id: { ...id, description: "Id of a document: 24 hex digits." },
  Cursor: { type: "string", pattern: cursorPattern, description: "Opaque, and only of this version." },
  Key: {
    type: "string",
    description: "MongoDB can't keep other keys as they came.",
    pattern: "^([^$.\\u0000][^.\\u0000]*)?$",
    not: { enum: ["__proto__", "_bsontype"] },
  },
  Value: {
    description:
      `A JSON value, nested ${maxDepth} deep at most together with the document. A whole number is refused when a ` +
      "double can't hold it, a string when it holds half a surrogate pair, an object when it names a key twice.",
    type: ["null", "boolean", "number", "string", "array", "object"],
    items: ref("schemas", "Value"),
    propertyNames: ref("schemas", "Key"),
    additionalProperties: ref("schemas", "Value"),
  },
  Alive: {
    type: "object",
    required: ["status"],
    properties: { status: { const: "ok" } },
    additionalProperties: false,
  },
  Health: {
    type: "object",
    required: ["status", "version", "pod", "uptimeSeconds", "mongodb"],
    properties: {
      status: { const: "ok" },
      version: { type: "string" },
      pod: { type: "string" },
      uptimeSeconds: { type: "integer", minimum: 0 },
      mongodb: {
        type: "object",
        required: ["state", "version", "roundTripMs"],
        properties: {
          state: { const: "connected" },
          version: { type: "string" },
          roundTripMs: { type: "number", minimum: 0 },
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
  Problem: {
    description: "RFC 9457. Programs tell problems apart by `code`.",
    type: "object",
    required: ["title", "status", "code", "detail", "requestId"],
    properties: {
      title: { type: "string" },
      status: { type: "integer", minimum: 400, maximum: 599 },
      code: { type: "string", pattern: "^[a-z0-9_]+$" },
      detail: { type: "string" },
      errors: {
        description: "Of `invalid_document` and `duplicate`: what is wrong with which field.",
        type: "array",
        items: {
          type: "object",
          required: ["path", "code", "message"],
          properties: {
            path: { type: "string", examples: ["author.name", "tags.0"] },
            code: { type: "string", pattern: "^[a-z_]+$", examples: ["required", "unknown"] },
            message: { type: "string" },
          },
          additionalProperties: false,
        },
      },
      requestId: { type: "string" },
      traceId: { description: "Where requests are traced.", type: "string", pattern: "^[0-9a-f]{32}$" },
    },
  },
};

/** Headers that operations refer to. */
export const headers = {
  "X-Request-Id": {
    description: "The client's, or a new one. The log has it, too.",
    required: true,
    schema: { type: "string", pattern: "^[A-Za-z0-9_.:-]{1,128}$" },
  },
  "Retry-After": {
    description: "Seconds after which to try again.",
    required: true,
    schema: { type: "integer", minimum: 0 },
  },
  Allow: { description: "The methods of this path.", required: true, schema: { type: "string" } },
  Location: { description: "Where it went.", required: true, schema: { type: "string" } },
  ETag: {
    description: "Names this version of the document.",
    required: true,
    schema: { type: "string", pattern: '^"[0-9a-f]{24}"$' },
  },
  "Accept-Patch": {
    description: "Media types of a patch.",
    required: true,
    schema: { type: "string" },
  },
  Link: {
    description: 'The next page, as `rel="next"`; missing on the last one.',
    schema: { type: "string", pattern: '^<.+>; rel="next"$' },
  },
};
