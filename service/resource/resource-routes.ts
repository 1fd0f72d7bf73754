import { parse as parseQuery } from "node:querystring";
import Router from "@koa/router";
import type { Context } from "koa";
import { bodyLimit, readJson } from "../http/request-body.ts";
import { sendJson, sharedText } from "../http/json-response.ts";
import { Problem } from "../http/problem.ts";
import { cursorAfter, readCursor } from "../store/cursor.ts";
import { parseDocument, parseObject, withoutServerKeys, type JsonObject } from "./document.ts";
import type { StoredDocument } from "../store/stored-document.ts";
import type { Change, DocumentStore, PageQuery } from "../store/document-store.ts";
import { mergePatch, patchTypes } from "./merge-patch.ts";
import { defaultLimit, maxLimit } from "../store/paging.ts";
import { checkPreconditions, etagOf } from "./preconditions.ts";
import type { Resource } from "./resource.ts";

/** Routes that list, add, read, replace, patch and delete documents. */
export function resourceRoutes({ path }: Resource, store: DocumentStore): Router {
  const router = new Router({ prefix: path });

  router.get("/", async (ctx) => {
    const query = pageQuery(ctx);
    const page = await store.list(query);
    const last = page.documents.at(-1);
    if (page.hasMore && last !== undefined) {
      ctx.set("Link", `<${path}?limit=${query.limit}&after=${cursorAfter(last)}>; rel="next"`);
    }
    sendJson(ctx, sharedText(page.documents));
  });

  router.post("/", async (ctx) => {
    const document = await store.insert(parseDocument(await readJson(ctx)));
    ctx.status = 201;
    ctx.set({ Location: `${path}/${document._id.toString()}`, ETag: etagOf(document) });
    sendJson(ctx, JSON.stringify(document));
  });

  router.get("/:id", async (ctx) => {
    const document = await store.find(ctx.params.id ?? "");
    if (document === undefined) throw documentNotFound();
    const etag = etagOf(document);
    ctx.set("ETag", etag);
    if (checkPreconditions(ctx, etag)) ctx.status = 304;
    else sendJson(ctx, JSON.stringify(document));
  });

  /** Changes a document, and answers with the changed document. */
  async function change(ctx: Context, id: string | undefined, next: Change): Promise<void> {
    const document = await store.change(id ?? "", (current) => {
      checkPreconditions(ctx, etagOf(current));
      return next(current);
    });
    if (document === undefined) throw documentNotFound();
    ctx.set("ETag", etagOf(document));
    sendJson(ctx, JSON.stringify(document));
  }

  router.put("/:id", async (ctx) => {
    const sent = parseObject(await readJson(ctx));
    await change(ctx, ctx.params.id, (current) => withoutServerKeys(sent, current));
  });

  router.patch("/:id", async (ctx) => {
    ctx.set("Accept-Patch", patchTypes.join(", "));
    const patch = parseObject(await readJson(ctx, patchTypes));
    await change(ctx, ctx.params.id, (current) =>
      requireSize(mergePatch(withoutServerKeys(current, current), withoutServerKeys(patch, current))),
    );
  });

  router.delete("/:id", async (ctx) => {
    const isConditional = ctx.headers["if-match"] !== undefined || ctx.headers["if-none-match"] !== undefined;
    const check = (current: StoredDocument) => void checkPreconditions(ctx, etagOf(current));
    if (!(await store.remove(ctx.params.id ?? "", isConditional ? check : undefined)))
      throw documentNotFound();
    ctx.status = 204;
  });

  return router;
}

function pageQuery(ctx: Context): PageQuery {
  const { limit = String(defaultLimit), after } = parseQuery(ctx.querystring);
  if (typeof limit !== "string" || !/^\d{1,3}$/.test(limit) || +limit < 1 || +limit > maxLimit) {
    throw new Problem(400, "invalid_limit", `\`limit\` must be one whole number from 1 to ${maxLimit}.`);
  }
  return { limit: Number(limit), after: after === undefined ? undefined : readCursor(after) };
}

/** Without this check, patches could grow a document without limit. */
function requireSize(document: JsonObject): JsonObject {
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes <= bodyLimit) return document;
  throw new Problem(
    422,
    "document_too_large",
    `The patched document would have ${bytes} bytes of JSON, and the limit is ${bodyLimit}.`,
  );
}

function documentNotFound(): Problem {
  return new Problem(404, "document_not_found", "The resource has no document with this id.");
}
