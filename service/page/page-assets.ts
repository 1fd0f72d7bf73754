import { readFileSync } from "node:fs";
import { join } from "node:path";
import Router from "@koa/router";

/** Media types of the page's files, by name. */
const types = { "page.css": "text/css", "page.js": "text/javascript", "page.svg": "image/svg+xml" } as const;

/** Lets browsers cache the files. After a new version, browsers may use the old files for ten minutes. */
const caching = "public, max-age=600";

/** `/assets/…`: the files that the page loads. `bundle` copies them to the folder `assets` next to the bundle. */
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
