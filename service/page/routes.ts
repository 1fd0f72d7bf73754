import Router from "@koa/router";
import type { Context } from "koa";
import type { DataStore } from "../data/store.ts";
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
      await deps.store.insert({ message });
      // The answer to a form is another GET, so that a reload does not send it twice.
      ctx.status = 303;
      ctx.redirect("/");
      ctx.body = "";
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      ctx.status = error.status;
      ctx.set(error.headers);
      // Who has just waited for MongoDB in vain does not wait for it again.
      const model = error.status === 503 ? withoutDatabase(deps) : await readModel(deps);
      sendPage(ctx, { ...model, draft: message, error: error.message });
    }
  });

  return router;
}

function sendPage(ctx: Context, model: PageModel): void {
  ctx.set("Content-Security-Policy", contentSecurityPolicy);
  ctx.type = "html";
  ctx.body = renderPage(model);
}

async function readModel(deps: PageDeps): Promise<PageModel> {
  try {
    const [mongodb, page] = await Promise.all([
      deps.database.version(),
      deps.store.list({ limit: shownDocuments }),
    ]);
    return { ...withoutDatabase(deps), mongodb, documents: page?.documents ?? [] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return withoutDatabase(deps);
  }
}

/** The page has something to say while MongoDB is away, too. */
function withoutDatabase({ podName }: PageDeps): PageModel {
  return { time: new Date(), podName, mongodb: undefined, documents: [] };
}
