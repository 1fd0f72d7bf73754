import Router from "@koa/router";
import type { Database } from "../mongodb/mongodb-connection.ts";
import { sendJson } from "../http/json-response.ts";
import { unavailable } from "../http/problem.ts";

/** Dependencies of the health routes. */
export interface HealthDeps {
  readonly database: Pick<Database, "failedIndexes" | "ping" | "reach" | "version">;
  /** Whether the process has received a signal to stop. */
  readonly isDraining: () => boolean;
  /** Version of the service. */
  readonly version: string;
  /** Name of the pod. */
  readonly podName: string;
}

const ok = JSON.stringify({ status: "ok" });

/** `/health/live`, `/health/ready`, and `/health` with details. */
export function healthRoutes({ database, isDraining, version, podName }: HealthDeps): Router {
  const router = new Router({ prefix: "/health" });
  const uptime = () => Math.round(process.uptime());

  router.get("/live", (ctx) => {
    sendJson(ctx, ok);
  });

  router.get("/ready", async (ctx) => {
    requireServing(isDraining);
    // `reach` tolerates a slow MongoDB, which would otherwise cause all pods to be unready at once.
    await database.reach();
    sendJson(ctx, ok);
  });

  router.get("/", async (ctx) => {
    const about = { version, pod: podName, uptimeSeconds: uptime() };
    requireServing(isDraining, about);
    const [pingMs, mongodb] = await Promise.all([database.ping(), database.version()]).catch(
      (cause: unknown) => {
        const members = { ...about, mongodb: { state: "unavailable" } };
        throw unavailable("database_unavailable", "The database is unavailable.", { members, cause });
      },
    );
    const roundTripMs = Math.round(pingMs * 100) / 100;
    const failedIndexes = database.failedIndexes();
    const state = {
      state: "connected",
      version: mongodb,
      roundTripMs,
      ...(failedIndexes.length === 0 ? {} : { failedIndexes }),
    };
    sendJson(ctx, JSON.stringify({ status: "ok", ...about, mongodb: state }));
  });

  return router;
}

function requireServing(isDraining: () => boolean, members = {}): void {
  if (isDraining()) throw unavailable("draining", "This pod is shutting down.", { members });
}
