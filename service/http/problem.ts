import { STATUS_CODES } from "node:http";
import type { Middleware } from "koa";
import type { Logger } from "pino";
import { sendJson } from "./json-response.ts";
import { visibleText } from "./visible-text.ts";

/** Optional parts of a problem. */
export interface ProblemOptions {
  /** Response headers, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the JSON body (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Internal error, which is logged and never sent. */
  readonly cause?: unknown;
}

/** An error that a client may see: an RFC 9457 problem with a stable `code`. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  /**
   * @param status HTTP status code
   * @param code stable name for programs, in snake case
   * @param detail one sentence for people, with the problem and the fix. Shows invisible characters as code points
   */
  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(visibleText(detail), { cause: options.cause });
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

/** 503 that asks the client to retry after two seconds. */
export function unavailable(code: string, detail: string, options: ProblemOptions = {}): Problem {
  return new Problem(503, code, detail, { ...options, headers: { "Retry-After": "2", ...options.headers } });
}

/** Media type of every error. */
export const problemType = "application/problem+json";

/** Ids of a request in the log, the traces and the answer. */
export interface RequestIds {
  readonly requestId: string;
  /** Only if requests are traced. */
  readonly traceId?: string;
}

/** The JSON body of a problem. */
export function problemBody(problem: Problem, { requestId, traceId }: RequestIds): object {
  const { status, code, message: detail, members } = problem;
  return { title: STATUS_CODES[status], status, code, detail, requestId, traceId, ...members };
}

/**
 * Middleware: answers every error as `application/problem+json`. For errors other than a Problem, the answer is a 500
 * without details.
 * @param onProblem receives the code of each problem
 */
export function answerErrors(logger: Logger, onProblem?: (code: string) => void): Middleware {
  return async function problemJson(ctx, next) {
    try {
      await next();
      if (ctx.status >= 400 && ctx.body == null) throw unrouted(ctx.status, ctx.method, ctx.path);
    } catch (error) {
      const problem = toProblem(error);
      onProblem?.(problem.code);
      const ids = ctx.state as RequestIds;
      report(logger, ids, problem, error);
      ctx.status = problem.status;
      ctx.set(problem.headers);
      sendJson(ctx, JSON.stringify(problemBody(problem, ids)), problemType);
    }
  };
}

/** If no route matches, the router sets a status without a body. */
function unrouted(status: number, method: string, path: string): Problem {
  return status === 404
    ? new Problem(404, "not_found", `The service has no route for ${path}: /openapi.json lists all routes.`)
    : new Problem(
        status,
        "method_not_allowed",
        `${path} does not support ${method}: use a method of the \`Allow\` header.`,
      );
}

/** Logs a 500 with its stack. A 503 gets one line, because in an outage every request logs one. */
function report(logger: Logger, { requestId, traceId }: RequestIds, problem: Problem, error: unknown): void {
  if (problem.status === 500) logger.error({ requestId, traceId, err: error }, "request failed");
  if (problem.status === 503) {
    const reason = problem.cause instanceof Error ? problem.cause.message : undefined;
    logger.warn({ requestId, traceId, code: problem.code, reason }, "service unavailable");
  }
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(
    500,
    "internal",
    "The service has an internal error: search its log for this `requestId`.",
  );
}
