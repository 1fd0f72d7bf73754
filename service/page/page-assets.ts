import { readFileSync } from "node:fs";
import { join } from "node:path";
import Router from "@koa/router";

/** Files of the page, by name, with their media types. */
const types = { "page.css": "text/css", "page.js": "text/javascript", "page.svg": "image/svg+xml" } as const;

/** What is true for a version of the page is not asked for with every look at it; a new one is there in ten minutes. */
const caching = "public, max-age=600";

/** `/assets/…`: what the page loads. The bundle has these files beside it, under the same name. */
export function assetRoutes(): Router {
  const router = new Router({ prefix: "/assets" });
  for (const [name, type] of Object.entries(types)) {
    const content = readFileSync(join(import.meta.dirname, "assets", name));
    router.get(`/${name}`, (ctx) => {
      ctx.set("Cache-Control", caching);
      ctx.set("Content-Type", `${type}; charset=utf-8`);
      ctx.body = content;
    });
  }
  return router;
}
