import { METHODS } from "node:http";
import Router from "@koa/router";
import type Koa from "koa";
import type { Middleware } from "koa";
import type { Logger } from "pino";
import { bookSchema } from "./books/book.ts";
import { dataSchema } from "./data/data.ts";
import { healthRoutes, type HealthDeps } from "./health/health-routes.ts";
import { serverLimits } from "./http/server-limits.ts";
import { checkRequestHead } from "./http/request-head.ts";
import { admitRequests, type AdmissionLimits } from "./http/admission.ts";
import { assignRequestId, logRequests } from "./http/request-log.ts";
import { countRequests, logBrokenAnswers, observe } from "./http/request-observer.ts";
import { answerErrors } from "./http/problem.ts";
import { addSecurityHeaders } from "./http/security-headers.ts";
import { LeanKoa } from "./http/lean-koa.ts";
import { identifyClient, type Trust } from "./http/trusted-proxies.ts";
import { closeAfterUnreadBody } from "./http/unread-body.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { openapiRoutes } from "./openapi/openapi-routes.ts";
import { pageRoutes, type PageDeps } from "./page/page-routes.ts";
import { resource, type Resource } from "./resource/resource.ts";
import { resourceRoutes } from "./resource/resource-routes.ts";
import type { Database } from "./mongodb/mongodb-connection.ts";
import { validatedStore } from "./resource/validated-store.ts";
import { createStore } from "./store/document-store.ts";

const data = resource("/data", dataSchema, { plural: "Documents", singular: "Document" });

/** Resources of the service: each has a path and a Mongoose schema. */
export const resources = [data, resource("/books", bookSchema)];

/** Dependencies of the app. */
export interface AppDeps extends HealthDeps, Pick<PageDeps, "countPods"> {
  readonly database: Database;
  readonly logger: Logger;
  /** Decides which proxies' forwarded headers are trusted. @default none */
  readonly trusts?: Trust;
  readonly admission: AdmissionLimits;
  /** @default no metrics */
  readonly metrics?: Metrics | undefined;
  /** Outermost middleware. Sets `ctx.state.traceId`. @default no traces */
  readonly tracing?: Middleware | undefined;
}

/** Every route of the service. */
export function createRouter(deps: AppDeps): Router {
  // With all methods known, a method without a route gets 405, never 501.
  const router = new Router({ methods: METHODS });
  const { database, metrics } = deps;
  const storeOf = (each: Resource) =>
    validatedStore(createStore(database, each, metrics), each, database.connection);
  const stores = new Map(resources.map((each) => [each, storeOf(each)]));
  // The page shares the store of /data, so that their reads and writes are grouped together.
  const store = stores.get(data) ?? storeOf(data);
  router.use(
    pageRoutes({ ...deps, store }).routes(),
    ...[...stores].map(([each, own]) => resourceRoutes(each, own).routes()),
    healthRoutes(deps).routes(),
    openapiRoutes({ ...deps, resources }).routes(),
  );
  return router;
}

/** Builds the Koa app, which neither listens nor connects. */
export function createApp(deps: AppDeps): Koa {
  const { logger, metrics } = deps;
  const app = new LeanKoa();
  const router = createRouter(deps);
  if (deps.tracing !== undefined) app.use(deps.tracing);
  app.use(identifyClient(deps.trusts ?? (() => false)));
  // Observers are outside of `answerErrors`, so that they see the status of errors.
  const counting = metrics === undefined ? [] : [countRequests(metrics)];
  app.use(observe(logRequests(logger), logBrokenAnswers(logger), ...counting));
  app.use(closeAfterUnreadBody());
  app.use(assignRequestId());
  app.use(addSecurityHeaders());
  app.use(answerErrors(logger, (code) => metrics?.problem(code)));
  app.use(checkRequestHead(serverLimits.maxHeaderCount));
  app.use(admitRequests(deps.admission));
  app.use(router.routes());
  app.use(router.allowedMethods());
  // `answerErrors` handles all other errors. Koa catches only an answer that breaks off while it is sent.
  app.on("error", (err: unknown) => {
    logger.warn({ err }, "the answer was not sent completely");
  });
  return app;
}
