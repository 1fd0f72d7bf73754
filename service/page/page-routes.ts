import Router from "@koa/router";
import type { Context } from "koa";
import { isObjectId } from "../resource/object-id.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Database } from "../mongodb/mongodb-connection.ts";
import { readForm } from "../http/request-body.ts";
import { Problem } from "../http/problem.ts";
import { assetRoutes } from "./page-assets.ts";
import type { CountPods } from "./ready-pods.ts";
import { contentSecurityPolicy, renderPage, type PageModel } from "./page-view.ts";

/** Number of newest documents that the page shows. */
const shownDocuments = 10;

/** Dependencies of the page. */
export interface PageDeps {
  readonly store: DocumentStore;
  readonly database: Pick<Database, "ping" | "version">;
  readonly podName: string;
  readonly countPods: CountPods;
  /** Version of the service. */
  readonly version: string;
}

/** Routes of the page, its forms and its assets. */
export function pageRoutes(deps: PageDeps): Router {
  const router = new Router();

  router.get("/", async (ctx) => {
    sendPage(ctx, await readModel(deps));
  });

  router.post("/", async (ctx) => {
    const message = (await readForm(ctx)).get("message") ?? "";
    await answerForm(ctx, deps, message, async () => {
      if (message.trim() === "")
        throw new Problem(422, "message_missing", "The message is empty: write a message.");
      await deps.store.insert({ message });
    });
  });

  router.post("/delete", async (ctx) => {
    const id = (await readForm(ctx)).get("id") ?? "";
    await answerForm(ctx, deps, "", async () => {
      if (!isObjectId(id))
        throw new Problem(422, "invalid_id", "The id is invalid: the id of a document has 24 hex digits.");
      // If another client has deleted the document meanwhile, the result is the same.
      await deps.store.remove(id);
    });
  });

  router.use(assetRoutes().routes());
  return router;
}

/** Applies a form. A redirect shows the page, so that a reload does not send the form twice. */
async function answerForm(
  ctx: Context,
  deps: PageDeps,
  draft: string,
  change: () => Promise<unknown>,
): Promise<void> {
  try {
    await change();
    ctx.status = 303;
    ctx.redirect("/");
    ctx.body = "";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    ctx.status = error.status;
    ctx.set(error.headers);
    // After a 503, the user does not wait for MongoDB a second time.
    const model = error.status === 503 ? withoutDatabase(deps) : await readModel(deps);
    sendPage(ctx, { ...model, draft, error: error.message });
  }
}

function sendPage(ctx: Context, model: PageModel): void {
  ctx.set("Content-Security-Policy", contentSecurityPolicy);
  // On a kept connection, the browser would always reach the same pod. After a close, another pod may answer.
  ctx.set("Connection", "close");
  ctx.set("Content-Type", "text/html; charset=utf-8");
  ctx.body = renderPage(model);
}

async function readModel(deps: PageDeps): Promise<PageModel> {
  try {
    const [version, roundTripMs, page] = await Promise.all([
      deps.database.version(),
      deps.database.ping(),
      deps.store.list({ limit: shownDocuments }),
    ]);
    return { ...withoutDatabase(deps), mongodb: { version, roundTripMs }, documents: page.documents };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return withoutDatabase(deps);
  }
}

/** The part of the page that is also shown while MongoDB is unavailable. */
function withoutDatabase({ podName, version, countPods }: PageDeps): PageModel {
  const uptimeSeconds = process.uptime();
  return {
    time: new Date(),
    podName,
    uptimeSeconds,
    version,
    pods: countPods(),
    mongodb: undefined,
    documents: [],
  };
}
