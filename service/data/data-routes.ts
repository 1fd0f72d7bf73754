import { parse as parseQuery } from "node:querystring";
import Router from "@koa/router";
import type { Context } from "koa";
import { readJson } from "../http/request-body.ts";
import { sendJson, sharedText } from "../http/json-response.ts";
import { Problem } from "../http/problem.ts";
import { cursorAfter, readCursor } from "./cursor.ts";
import { parseDocument, type JsonObject } from "./document.ts";
import type { DataStore, PageQuery } from "./document-store.ts";
import { defaultLimit, maxLimit } from "./paging.ts";

/** What makes one resource another than the next. */
export interface Resource {
  /** Where it is. @default /data */
  readonly path?: string;
  /** Makes a document of what a client sends, or throws a Problem. @default any JSON object is one */
  readonly parse?: (text: string) => JsonObject;
}

/** List, add, read and delete documents. */
export function dataRoutes(store: DataStore, resource: Resource = {}): Router {
  const { path = "/data", parse = parseDocument } = resource;
  const router = new Router({ prefix: path });

  router.get("/", async (ctx) => {
    const query = pageQuery(ctx);
    const page = await store.list(query);
    const last = page.documents.at(-1);
    if (page.more && last !== undefined) {
      ctx.set("Link", `<${path}?limit=${query.limit}&after=${cursorAfter(last)}>; rel="next"`);
    }
    sendJson(ctx, sharedText(page.documents));
  });

  router.post("/", async (ctx) => {
    const document = await store.insert(parse(await readJson(ctx)));
    ctx.status = 201;
    ctx.set("Location", `${path}/${document._id.toString()}`);
    sendJson(ctx, JSON.stringify(document));
  });

  router.get("/:id", async (ctx) => {
    const document = await store.find(ctx.params.id ?? "");
    if (document === undefined) throw documentNotFound();
    sendJson(ctx, sharedText(document));
  });

  router.delete("/:id", async (ctx) => {
    if (!(await store.remove(ctx.params.id ?? ""))) throw documentNotFound();
    ctx.status = 204;
  });

  return router;
}

function pageQuery(ctx: Context): PageQuery {
  const { limit = String(defaultLimit), after } = parseQuery(ctx.querystring);
  if (typeof limit !== "string" || !/^\d{1,3}$/.test(limit) || +limit < 1 || +limit > maxLimit) {
    throw new Problem(400, "invalid_limit", `\`limit\` is one whole number from 1 to ${maxLimit}.`);
  }
  return { limit: Number(limit), after: after === undefined ? undefined : readCursor(after) };
}

function documentNotFound(): Problem {
  return new Problem(404, "document_not_found", "There is no document with this id.");
}
