import { cursorPattern } from "../store/cursor.ts";
import { maxDepth } from "../resource/document.ts";

/** Reference to a component of the document, by name. */
export const ref = (kind: "schemas" | "headers", name: string) => ({ $ref: `#/components/${kind}/${name}` });

const id = { type: "string", pattern: "^[0-9a-fA-F]{24}$" };

/** Schemas that operations refer to. Descriptions state the rules that JSON Schema can't express. */
export const schemas = {
  Id: { ...id, description: "Id of a document: 24 hex digits." },
  Cursor: { type: "string", pattern: cursorPattern, description: "Opaque position in a list of documents." },
  Key: {
    type: "string",
    description: "MongoDB can't store other keys unchanged.",
    pattern: "^([^$.\\u0000][^.\\u0000]*)?$",
    not: { enum: ["__proto__", "_bsontype"] },
  },
  Value: {
    description:
      `A JSON value. The document may have ${maxDepth} levels of objects and arrays. The service rejects an integer that ` +
      "a double can't hold, a string with an unpaired surrogate, and an object with a duplicate key.",
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
          failedIndexes: {
            description: "Collections that lack an index, because MongoDB rejects the index.",
            type: "array",
            items: { type: "string" },
          },
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
  Problem: {
    description: "A problem (RFC 9457). Programs identify a problem by its `code`.",
    type: "object",
    required: ["title", "status", "code", "detail", "requestId"],
    properties: {
      title: { type: "string" },
      status: { type: "integer", minimum: 400, maximum: 599 },
      code: { type: "string", pattern: "^[a-z0-9_]+$" },
      detail: { type: "string" },
      errors: {
        description: "The invalid fields, only for `invalid_document` and `duplicate`.",
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
      traceId: { description: "Only if requests are traced.", type: "string", pattern: "^[0-9a-f]{32}$" },
    },
  },
};

/** Headers that operations refer to. */
export const headers = {
  "X-Request-Id": {
    description: "The client's request id, or a new one. The log has the same id.",
    required: true,
    schema: { type: "string", pattern: "^[A-Za-z0-9_.:-]{1,128}$" },
  },
  "Retry-After": {
    description: "Seconds until the client should try again.",
    required: true,
    schema: { type: "integer", minimum: 0 },
  },
  Allow: { description: "The methods of this path.", required: true, schema: { type: "string" } },
  Location: {
    description: "Path of the new document, or of the page.",
    required: true,
    schema: { type: "string" },
  },
  ETag: {
    description: "Identifies this version of the document.",
    required: true,
    schema: { type: "string", pattern: '^"[0-9a-f]{24}"$' },
  },
  "Accept-Patch": {
    description: "Media types of a patch.",
    required: true,
    schema: { type: "string" },
  },
  Link: {
    description: 'The next page, as `rel="next"`. The last page has no such link.',
    schema: { type: "string", pattern: '^<.+>; rel="next"$' },
  },
};
