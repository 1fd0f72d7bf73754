import Router from "@koa/router";
import { sendJson } from "../http/json-response.ts";
import { openapiDocument } from "./openapi-document.ts";

/** `/openapi.json`: the contract. */
export function openapiRoutes({ version }: { readonly version: string }): Router {
  const router = new Router();
  const text = JSON.stringify(openapiDocument(version));

  router.get("/openapi.json", (ctx) => {
    sendJson(ctx, text);
  });

  return router;
}
