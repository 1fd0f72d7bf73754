import { randomUUID } from "node:crypto";
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import type { Metrics } from "../metrics/metrics.ts";
import { failBody, incompleteBody } from "./request-body.ts";
import { Problem, problemBody, problemType } from "./problem.ts";
import { securityHeaders } from "./security-headers.ts";
import type { ServerLimits } from "./server-limits.ts";
import { lingeringClose } from "./unread-body.ts";
import { isUnused } from "./unused-connections.ts";

/** Node's error code for a request that took longer than `headersTimeoutMs` or `requestTimeoutMs`. */
const timeoutCode = "ERR_HTTP_REQUEST_TIMEOUT";

/** Dependencies of {@link rejectOutsideKoa}. */
export interface RejectionDeps {
  readonly logger: Logger;
  /** @default none */
  readonly metrics?: Pick<Metrics, "problem"> | undefined;
}

/** Answers requests that never reach Koa, or whose body breaks off, with the same problems as the app. */
export function rejectOutsideKoa(
  server: Server,
  limits: ServerLimits,
  { logger, metrics }: RejectionDeps,
): void {
  const latest = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>();
  const rejected = new WeakSet<Duplex>();

  /** @param body the request whose body broke off. Koa counts its problem when a route reads the body */
  function reject(socket: Duplex, problem: Problem, body?: IncomingMessage): void {
    if (rejected.has(socket)) return;
    rejected.add(socket);
    const requestId = randomUUID();
    logger.info({ requestId, status: problem.status, code: problem.code }, "request rejected");
    lingeringClose(server, socket, limits, rawAnswer(problem, requestId));
    // Counts only the problem, not a request: an error budget covers valid requests only.
    if (body === undefined) metrics?.problem(problem.code);
    else failBody(body, problem);
  }

  server.prependListener("request", (request, response) => {
    latest.set(request.socket, { request, response });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Proxies and browsers open connections in advance. The idle timeout closes an unused connection.
    if (error.code === timeoutCode && isUnused(socket)) return;
    const last = latest.get(socket);
    const body = last?.request.complete === false ? last.request : undefined;
    if (!socket.writable || (last !== undefined && isBeingAnswered(last))) socket.destroy();
    else reject(socket, parserProblem(error.code, limits, body !== undefined), body);
  });
  // Without a listener, Node closes the connection without an answer.
  server.on("connect", (_request: IncomingMessage, socket: Socket) => {
    // Node does not handle the errors of a CONNECT socket.
    socket.on("error", () => socket.destroy());
    reject(
      socket,
      new Problem(405, "method_not_allowed", "The service is not a proxy and does not support CONNECT.", {
        headers: { Allow: "" },
      }),
    );
  });
}

/** While an answer is being sent, a second one would look like a part of the first. */
function isBeingAnswered({ request, response }: { request: IncomingMessage; response: ServerResponse }) {
  return !response.writableEnded && (response.headersSent || request.complete);
}

function parserProblem(code: string | undefined, limits: ServerLimits, inBody: boolean): Problem {
  // The client has closed its side, but may still read.
  if (code === "HPE_INVALID_EOF_STATE" && inBody) return incompleteBody();
  switch (code) {
    case timeoutCode:
      return new Problem(408, "request_timeout", timeoutDetail(limits, inBody));
    case "HPE_HEADER_OVERFLOW":
      return new Problem(
        431,
        "headers_too_large",
        `The request line and the headers have more than ${limits.maxHeaderBytes} bytes.`,
      );
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Problem(
        413,
        "body_too_large",
        "The chunk extensions of the body are too large: send chunks without extensions.",
      );
    default:
      return new Problem(400, "invalid_http", "The request is not valid HTTP/1.1.");
  }
}

function timeoutDetail({ headersTimeoutMs, requestTimeoutMs }: ServerLimits, inBody: boolean): string {
  return inBody
    ? `The request took more than ${requestTimeoutMs / 1000} s to arrive.`
    : `The headers took more than ${headersTimeoutMs / 1000} s to arrive.`;
}

function rawAnswer(problem: Problem, requestId: string): string {
  const body = JSON.stringify(problemBody(problem, { requestId }));
  const headers = {
    Date: new Date().toUTCString(),
    Connection: "close",
    "Content-Type": problemType,
    "Content-Length": Buffer.byteLength(body),
    "X-Request-Id": requestId,
    ...securityHeaders,
    ...problem.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}\r\n${lines.join("")}\r\n${body}`;
}
