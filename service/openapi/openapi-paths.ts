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

const notServing: Codes = { 503: ["database_unavailable", "overloaded", "draining"] };

/** All paths except those of resources, with operations and answers. Every `GET` also answers `HEAD`. */
export const paths = {
  "/": page,
  "/delete": deletion,
  "/assets/page.css": asset("The page's style", "text/css"),
  "/assets/page.js": asset("What makes the page live", "text/javascript"),
  "/assets/page.svg": asset("The page's icon", "image/svg+xml"),
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
