import Router from "@koa/router";
import { openapiDocument } from "./document.ts";

/** `/openapi.json`: the contract. */
export function openapiRoutes({ version }: { readonly version: string }): Router {
  const router = new Router();
  const text = JSON.stringify(openapiDocument(version));

  router.get("/openapi.json", (ctx) => {
    ctx.type = "json";
    ctx.body = text;
  });

  return router;
}
