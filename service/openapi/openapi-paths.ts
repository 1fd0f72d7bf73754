import { patchTypes } from "../data/merge-patch.ts";
import { defaultLimit, maxLimit } from "../data/paging.ts";
import {
  emptyResponse,
  problemResponse,
  problemResponses,
  response,
  type Codes,
} from "./openapi-responses.ts";
import { ref } from "./openapi-schemas.ts";

const json = "application/json";
const html = "text/html";
const stored = ref("schemas", "StoredDocument");

const body: Codes = { 400: ["invalid_utf8", "incomplete_body"], 415: ["unsupported_media_type"] };
const database: Codes = { 503: ["database_unavailable", "overloaded"] };
const missing: Codes = { 404: ["document_not_found"] };
const changed: Codes = { 412: ["precondition_failed"] };
const load: Codes = { 503: ["overloaded"] };

const idParameter = { name: "id", in: "path", required: true, schema: ref("schemas", "Id") };

const page = {
  get: {
    operationId: "getPage",
    summary: "The page, for people",
    responses: { 200: response("The page.", html, { type: "string" }), ...problemResponses(load) },
  },
  post: {
    operationId: "sendForm",
    summary: "What the page's form sends",
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: {
            type: "object",
            required: ["message"],
            properties: { message: { type: "string", pattern: "\\S", examples: ["Hello"] } },
          },
        },
      },
    },
    responses: {
      303: emptyResponse("Stored: the page shows it.", ["Location"]),
      ...problemResponses(body, { 403: ["cross_site_form"] }),
      422: response("The page, which says what is missing.", html, { type: "string" }),
      503: orPage(problemResponse(503, ["overloaded"])),
    },
  },
};

const deletion = {
  post: {
    operationId: "sendDeletion",
    summary: "What the page's buttons send",
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: { type: "object", required: ["id"], properties: { id: ref("schemas", "Id") } },
        },
      },
    },
    responses: {
      303: emptyResponse("It is gone: the page shows what is left.", ["Location"]),
      ...problemResponses(body, { 403: ["cross_site_form"] }),
      422: response("The page, which says what is wrong.", html, { type: "string" }),
      503: orPage(problemResponse(503, ["overloaded"])),
    },
  },
};

/** How a client says which version of a document it means. */
const conditions = ["If-Match", "If-None-Match"].map((name) => ({
  name,
  in: "header",
  description: "An `ETag`, several of them, or `*`.",
  schema: { type: "string", examples: ['"6b0b0884117c533b1ffb7b37"'] },
}));

/** What is documented of a resource. */
interface ResourceContract {
  /** What a client may send. */
  readonly document: object;
  /** For the names of operations: `Documents`, of which one is a `Document`. */
  readonly plural: string;
  readonly singular: string;
  /** Problems of a document, beside those that any JSON object may have. */
  readonly codes?: readonly string[];
}

/** The paths of a resource: list, add, read and delete. */
function resource(path: string, { document, plural, singular, codes = [] }: ResourceContract) {
  const names = { one: singular.toLowerCase(), many: plural };
  const collection = {
    get: {
      operationId: `list${plural}`,
      summary: `${names.many}, newest first`,
      description: "A page ends after `limit` documents, and after 1 MiB.",
      parameters: [
        {
          name: "limit",
          in: "query",
          schema: { type: "integer", minimum: 1, maximum: maxLimit, default: defaultLimit },
        },
        {
          name: "after",
          in: "query",
          description:
            "Where the page before ended: take it from that page's `Link`. It stays valid when documents are deleted.",
          schema: ref("schemas", "Cursor"),
        },
      ],
      responses: {
        200: response("A page.", json, { type: "array", items: stored, maxItems: maxLimit }, ["Link"]),
        ...problemResponses({ 400: ["invalid_limit", "invalid_cursor"] }, database),
      },
    },
    post: {
      operationId: `add${singular}`,
      summary: `Stores a ${names.one}`,
      requestBody: { required: true, content: { [json]: { schema: document } } },
      responses: {
        201: {
          ...response(`The stored ${names.one}.`, json, stored, ["Location", "ETag"]),
          links: {
            read: { operationId: `get${singular}`, parameters: { id: "$response.body#/_id" } },
            replace: { operationId: `replace${singular}`, parameters: { id: "$response.body#/_id" } },
            patch: { operationId: `patch${singular}`, parameters: { id: "$response.body#/_id" } },
            remove: { operationId: `delete${singular}`, parameters: { id: "$response.body#/_id" } },
          },
        },
        ...problemResponses(body, database, { 400: ["invalid_json"], 422: [...notStorable, ...codes] }),
      },
    },
  };
  const one = {
    parameters: [idParameter],
    get: {
      operationId: `get${singular}`,
      summary: `One ${names.one}`,
      parameters: conditions,
      responses: {
        200: response(`The ${names.one}.`, json, stored, ["ETag"]),
        304: emptyResponse("The client has it already.", ["ETag"]),
        ...problemResponses(missing, changed, database),
      },
    },
    put: {
      operationId: `replace${singular}`,
      summary: `Replaces one ${names.one}`,
      description: "`_id` and `createdAt` stay. The body may repeat them.",
      parameters: conditions,
      requestBody: { required: true, content: { [json]: { schema: document } } },
      responses: {
        200: response(`The ${names.one} as it is now.`, json, stored, ["ETag"]),
        ...problemResponses(body, missing, changed, database, {
          400: ["invalid_json"],
          422: [...notStorable, ...codes],
        }),
      },
    },
    patch: {
      operationId: `patch${singular}`,
      summary: `Changes parts of one ${names.one}`,
      description: "A JSON merge patch (RFC 7396): `null` deletes a key. Atomic, with or without `If-Match`.",
      parameters: conditions,
      requestBody: {
        required: true,
        content: Object.fromEntries(patchTypes.map((type) => [type, { schema: document }])),
      },
      responses: {
        200: response(`The ${names.one} as it is now.`, json, stored, ["ETag", "Accept-Patch"]),
        ...problemResponses(body, missing, changed, database, {
          400: ["invalid_json"],
          422: [...notStorable, "document_too_large", ...codes],
        }),
      },
    },
    delete: {
      operationId: `delete${singular}`,
      summary: `Deletes one ${names.one}`,
      parameters: conditions,
      responses: { 204: emptyResponse("It is gone."), ...problemResponses(missing, changed, database) },
    },
  };
  return { [path]: collection, [`${path}/{id}`]: one };
}

const notStorable = [
  "not_an_object",
  "reserved_key",
  "invalid_key",
  "duplicate_key",
  "too_deep",
  "number_not_exact",
  "invalid_unicode",
];

const notServing: Codes = { 503: ["database_unavailable", "overloaded", "draining"] };

/** Every path, its operations and their answers. `HEAD` goes with every `GET`. */
export const paths = {
  "/": page,
  "/delete": deletion,
  "/assets/page.css": asset("The page's style", "text/css"),
  "/assets/page.js": asset("What makes the page live", "text/javascript"),
  "/assets/page.svg": asset("The page's icon", "image/svg+xml"),
  ...resource("/data", {
    document: ref("schemas", "NewDocument"),
    plural: "Documents",
    singular: "Document",
  }),
  "/health": {
    get: {
      operationId: "getHealth",
      summary: "Whether it can serve, with details",
      responses: {
        200: response("It can.", json, ref("schemas", "Health")),
        ...problemResponses(notServing),
      },
    },
  },
  "/health/live": {
    get: {
      operationId: "getLiveness",
      summary: "Whether the process can serve; never asks MongoDB",
      responses: { 200: response("It can.", json, ref("schemas", "Alive")), ...problemResponses() },
    },
  },
  "/health/ready": {
    get: {
      operationId: "getReadiness",
      summary: "Whether it can serve",
      responses: { 200: response("It can.", json, ref("schemas", "Alive")), ...problemResponses(notServing) },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "getContract",
      summary: "This document",
      responses: { 200: response("OpenAPI 3.1.", json, { type: "object" }), ...problemResponses(load) },
    },
  },
};

/** A form is answered with the page also while MongoDB is unavailable. */
function orPage(unavailable: ReturnType<typeof problemResponse>) {
  return { ...unavailable, content: { ...unavailable.content, [html]: { schema: { type: "string" } } } };
}

function asset(summary: string, type: string) {
  const operationId = `get${type.replace(/^.*\/|\+.*$/g, "").replace(/^./, (first) => first.toUpperCase())}`;
  return {
    get: {
      operationId,
      summary,
      responses: { 200: response("The file.", type, { type: "string" }), ...problemResponses(load) },
    },
  };
}
