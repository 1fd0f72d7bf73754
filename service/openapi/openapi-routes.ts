import Router from "@koa/router";
import { sendJson } from "../http/json-response.ts";
import type { Resource } from "../resource/resource.ts";
import { openapiDocument } from "./openapi-document.ts";

interface OpenapiDeps {
  readonly version: string;
  readonly resources: readonly Resource[];
}

/** `/openapi.json`: the contract. */
export function openapiRoutes({ version, resources }: OpenapiDeps): Router {
  const router = new Router();
  let text: string | undefined;

  router.get("/openapi.json", (ctx) => {
    // Few pods are asked for it, so the start does not wait for it.
    text ??= JSON.stringify(openapiDocument(version, resources));
    sendJson(ctx, text);
  });

  return router;
}
