import type { Context } from "koa";
import { Problem } from "../http/problem.ts";
import { revisionOf, type StoredDocument } from "../store/stored-document.ts";

/** Strong entity tag of a document, which changes with every write. */
export function etagOf(document: StoredDocument): string {
  return `"${revisionOf(document).toString()}"`;
}

/**
 * Compares `If-Match` and `If-None-Match` with the document's tag (RFC 9110, section 13).
 * @returns whether the client of a GET or HEAD already has the document: answer 304
 * @throws {Problem} 412 `precondition_failed`
 */
export function checkPreconditions(ctx: Context, etag: string): boolean {
  const { "if-match": wanted, "if-none-match": known } = ctx.headers;
  if (wanted !== undefined && !isListed(wanted, etag, false)) throw preconditionFailed();
  if (known === undefined || !isListed(known, etag, true)) return false;
  if (ctx.method === "GET" || ctx.method === "HEAD") return true;
  throw preconditionFailed();
}

function preconditionFailed(): Problem {
  return new Problem(
    412,
    "precondition_failed",
    "The precondition `If-Match` or `If-None-Match` failed: read the document again, and use its current `ETag`.",
  );
}

/** Whether a list of tags, or `*`, includes this tag. Weak tags match only if `allowWeak` is set. */
function isListed(list: string, etag: string, allowWeak: boolean): boolean {
  if (list.trim() === "*") return true;
  const tags = [...list.matchAll(/(W\/)?("[^"]*")/g)];
  return tags.some(([, weak, tag]) => tag === etag && (allowWeak || weak === undefined));
}
