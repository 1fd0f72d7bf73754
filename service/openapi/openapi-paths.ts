import {
  body,
  emptyResponse,
  problemResponse,
  problemResponses,
  response,
  type Codes,
} from "./openapi-responses.ts";
import { ref } from "./openapi-schemas.ts";

const json = "application/json";
const html = "text/html";

const load: Codes = { 503: ["overloaded"] };

const page = {
  get: {
    operationId: "getPage",
    summary: "Shows the page",
    responses: { 200: response("The page.", html, { type: "string" }), ...problemResponses(load) },
  },
  post: {
    operationId: "sendForm",
    summary: "Stores the message of the page's form",
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
      303: emptyResponse("Stored: the page shows the document.", ["Location"]),
      ...problemResponses(body, { 403: ["cross_site_form"] }),
      422: response("The page, with an error message.", html, { type: "string" }),
      503: orPage(problemResponse(503, ["overloaded"])),
    },
  },
};

const deletion = {
  post: {
    operationId: "sendDeletion",
    summary: "Deletes a document by the page's button",
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: { type: "object", required: ["id"], properties: { id: ref("schemas", "Id") } },
        },
      },
    },
    responses: {
      303: emptyResponse("Deleted: the page shows the other documents.", ["Location"]),
      ...problemResponses(body, { 403: ["cross_site_form"] }),
      422: response("The page, with an error message.", html, { type: "string" }),
      503: orPage(problemResponse(503, ["overloaded"])),
    },
  },
};

const notServing: Codes = { 503: ["database_unavailable", "overloaded", "draining"] };

/** All paths except those of resources, with operations and answers. Every `GET` also answers `HEAD`. */
export const paths = {
  "/": page,
  "/delete": deletion,
  "/assets/page.css": asset("Style sheet of the page", "text/css"),
  "/assets/page.js": asset("Script of the page", "text/javascript"),
  "/assets/page.svg": asset("Icon of the page", "image/svg+xml"),
  "/health": {
    get: {
      operationId: "getHealth",
      summary: "Readiness of the pod, with details",
      responses: {
        200: response("The pod is ready.", json, ref("schemas", "Health")),
        ...problemResponses(notServing),
      },
    },
  },
  "/health/live": {
    get: {
      operationId: "getLiveness",
      summary: "Liveness of the process, without a request to MongoDB",
      responses: {
        200: response("The process is alive.", json, ref("schemas", "Alive")),
        ...problemResponses(),
      },
    },
  },
  "/health/ready": {
    get: {
      operationId: "getReadiness",
      summary: "Readiness of the pod",
      responses: {
        200: response("The pod is ready.", json, ref("schemas", "Alive")),
        ...problemResponses(notServing),
      },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "getContract",
      summary: "This OpenAPI document",
      responses: { 200: response("OpenAPI 3.1.", json, { type: "object" }), ...problemResponses(load) },
    },
  },
};

/** While MongoDB is unavailable, a form is still answered with the page. */
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
