import { patchTypes } from "../resource/merge-patch.ts";
import type { Resource } from "../resource/resource.ts";
import { defaultLimit, maxLimit } from "../store/paging.ts";
import { body, emptyResponse, problemResponses, response, type Codes } from "./openapi-responses.ts";
import { ref } from "./openapi-schemas.ts";

const json = "application/json";

const database: Codes = { 503: ["database_unavailable", "overloaded"] };
const missing: Codes = { 404: ["document_not_found"] };
const changed: Codes = { 412: ["precondition_failed"] };

const idParameter = { name: "id", in: "path", required: true, schema: ref("schemas", "Id") };

const notStorable = [
  "not_an_object",
  "reserved_key",
  "invalid_key",
  "duplicate_key",
  "too_deep",
  "number_not_exact",
  "invalid_unicode",
];

/** Headers that name the version of a document to which a request applies. */
const conditions = ["If-Match", "If-None-Match"].map((name) => ({
  name,
  in: "header",
  description: "An `ETag`, several of them, or `*`.",
  schema: { type: "string", examples: ['"6b0b0884117c533b1ffb7b37"'] },
}));

/** Paths of a resource: list, add, read, replace, patch and delete. */
export function resourcePaths({ path, plural, singular, isOpen }: Resource) {
  const document = ref("schemas", `New${singular}`);
  const patch = ref("schemas", `${singular}Patch`);
  const stored = ref("schemas", `Stored${singular}`);
  const invalid: Codes = isOpen
    ? { 400: ["invalid_json"], 422: notStorable }
    : { 400: ["invalid_json"], 409: ["duplicate"], 422: [...notStorable, "invalid_document"] };
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
            "Cursor from the `Link` of the previous page. The cursor stays valid when documents are deleted.",
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
        ...problemResponses(body, database, invalid),
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
        304: emptyResponse("The client already has this version.", ["ETag"]),
        ...problemResponses(missing, changed, database),
      },
    },
    put: {
      operationId: `replace${singular}`,
      summary: `Replaces one ${names.one}`,
      description: "`_id` and `createdAt` keep their values. The body may repeat these values.",
      parameters: conditions,
      requestBody: { required: true, content: { [json]: { schema: document } } },
      responses: {
        200: response(`The changed ${names.one}.`, json, stored, ["ETag"]),
        ...problemResponses(body, missing, changed, database, invalid),
      },
    },
    patch: {
      operationId: `patch${singular}`,
      summary: `Changes parts of one ${names.one}`,
      description: "A JSON merge patch (RFC 7396): `null` deletes a key. Atomic, with or without `If-Match`.",
      parameters: conditions,
      requestBody: {
        required: true,
        content: Object.fromEntries(patchTypes.map((type) => [type, { schema: patch }])),
      },
      responses: {
        200: response(`The changed ${names.one}.`, json, stored, ["ETag", "Accept-Patch"]),
        ...problemResponses(body, missing, changed, database, invalid, { 422: ["document_too_large"] }),
      },
    },
    delete: {
      operationId: `delete${singular}`,
      summary: `Deletes one ${names.one}`,
      parameters: conditions,
      responses: { 204: emptyResponse("Deleted."), ...problemResponses(missing, changed, database) },
    },
  };
  return { [path]: collection, [`${path}/{id}`]: one };
}
