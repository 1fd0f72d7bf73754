import { STATUS_CODES } from "node:http";
import { problemType } from "../http/problem.ts";
import { ref } from "./openapi-schemas.ts";

/** Codes of the problems that an operation may return, by status. */
export type Codes = Readonly<Record<number, readonly string[]>>;

/** An answer with a body of this type, and with these headers in addition to `X-Request-Id`. */
export function response(description: string, type: string, schema: object, names: readonly string[] = []) {
  return { description, headers: headersOf(names), content: { [type]: { schema } } };
}

/** An answer without a body. */
export function emptyResponse(description: string, names: readonly string[] = []) {
  return { description, headers: headersOf(names) };
}

/** A problem with this status and one of these codes. */
export function problemResponse(status: number, codes: readonly string[]) {
  const members = { status: { const: status }, code: { enum: codes } };
  const schema = { ...ref("schemas", "Problem"), properties: members };
  const names = status === 503 ? ["Retry-After"] : status === 405 ? ["Allow"] : [];
  return response(STATUS_CODES[status] ?? "", problemType, schema, names);
}

/** Problems of every operation that reads a body. */
export const body: Codes = { 400: ["invalid_utf8", "incomplete_body"], 415: ["unsupported_media_type"] };

/** Problems of every operation: invalid HTTP, a timeout, an exceeded limit, or an internal error. */
const anywhere: Codes = {
  400: ["invalid_http", "invalid_host"],
  408: ["request_timeout"],
  413: ["body_too_large"],
  417: ["unknown_expectation"],
  431: ["headers_too_large", "too_many_headers"],
  500: ["internal"],
};

/** Problems of an operation: its own, and those of every operation. */
export function problemResponses(...own: readonly Codes[]) {
  const all: Record<number, string[]> = {};
  for (const codes of [anywhere, ...own]) {
    for (const [status, names] of Object.entries(codes)) (all[Number(status)] ??= []).push(...names);
  }
  return Object.fromEntries(
    Object.entries(all).map(([status, codes]) => [status, problemResponse(Number(status), codes)]),
  );
}

function headersOf(names: readonly string[]) {
  return Object.fromEntries(["X-Request-Id", ...names].map((name) => [name, ref("headers", name)]));
}
