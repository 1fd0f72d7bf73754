import type { Resource } from "../resource/resource.ts";
import { paths } from "./openapi-paths.ts";
import { resourceSchemas } from "./mongoose-json-schema.ts";
import { resourcePaths } from "./openapi-resource.ts";
import { problemResponse } from "./openapi-responses.ts";
import { headers, schemas } from "./openapi-schemas.ts";

/** The service's contract as OpenAPI 3.1. Tests compare the contract with routes, problems and every answer. */
export function openapiDocument(version: string, resources: readonly Resource[]) {
  return {
    openapi: "3.1.0",
    info: {
      title: "koa-mongo-stack",
      version,
      description:
        "Stores JSON documents and returns them unchanged. Every error is a problem with a stable `code`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths: {
      ...paths,
      ...(Object.assign({}, ...resources.map(resourcePaths)) as ReturnType<typeof resourcePaths>),
    },
    components: {
      schemas: { ...schemas, ...(Object.assign({}, ...resources.map(resourceSchemas)) as object) },
      headers,
      responses: {
        // Answers to requests without an operation.
        NotFound: problemResponse(404, ["not_found"]),
        MethodNotAllowed: problemResponse(405, ["method_not_allowed"]),
      },
    },
  };
}
