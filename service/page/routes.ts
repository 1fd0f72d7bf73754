import Router from "@koa/router";
import type { Context } from "koa";
import type { DataStore } from "../data/store.ts";
import { parseDocument } from "../data/document.ts";
import type { Database } from "../database.ts";
import { readForm } from "../http/body.ts";
import { Problem } from "../http/problem.ts";
import { contentSecurityPolicy, renderPage, type PageModel } from "./view.ts";

/** How many of the newest documents the page shows. */
const shownDocuments = 10;

/** What the page depends on. */
export interface PageDeps {
  readonly store: DataStore;
  readonly database: Pick<Database, "version">;
  readonly podName: string;
}

/** `/`: the page, and what its form sends. */
export function pageRoutes(deps: PageDeps): Router {
  const router = new Router();

  router.get("/", async (ctx) => {
    sendPage(ctx, await readModel(deps));
  });

  router.post("/", async (ctx) => {
    const message = (await readForm(ctx)).get("message") ?? "";
    try {
      if (message.trim() === "") throw new Problem(422, "message_missing", "Write a message first.");
      await deps.store.insert(parseDocument(JSON.stringify({ message })));
      // The answer to a form is another GET, so that a reload does not send it twice.
      ctx.status = 303;
      ctx.redirect("/");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      ctx.status = error.status;
      ctx.set(error.headers);
      sendPage(ctx, { ...(await readModel(deps)), draft: message, error: error.message });
    }
  });

  return router;
}

function sendPage(ctx: Context, model: PageModel): void {
  ctx.set("Content-Security-Policy", contentSecurityPolicy);
  ctx.set("X-Content-Type-Options", "nosniff");
  ctx.set("Cache-Control", "no-store");
  ctx.type = "html";
  ctx.body = renderPage(model);
}

/** The page has something to say while MongoDB is away, too. */
async function readModel({ store, database, podName }: PageDeps): Promise<PageModel> {
  const about = { time: new Date(), podName };
  try {
    const [mongodb, page] = await Promise.all([database.version(), store.list({ limit: shownDocuments })]);
    return { ...about, mongodb, documents: page?.documents ?? [] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...about, mongodb: undefined, documents: [] };
  }
}
