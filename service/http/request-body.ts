import type { IncomingMessage } from "node:http";
import { parse } from "content-type";
import type { Context } from "koa";
import getRawBody from "raw-body";
import { Problem } from "./problem.ts";
import type { Uploads } from "./slow-uploads.ts";
import { isOwnOrigin } from "./trusted-proxies.ts";

/** Maximum size of a request body, in bytes. */
export const bodyLimit = 100 * 1024;

/** Skips a byte order mark, which many Windows programs write. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a JSON body as text, which is not parsed yet.
 * @param types accepted media types. @default application/json
 * @throws {Problem} 400 `invalid_utf8` or `incomplete_body`, 413 `body_too_large`, 415 `unsupported_media_type`, or the
 *   problem of {@link failBody} or {@link endRead}
 */
export async function readJson(ctx: Context, types = ["application/json"]): Promise<string> {
  return await readText(ctx, types);
}

/**
 * Reads the fields of an HTML form.
 * @throws {Problem} 403 `cross_site_form`, and the problems of {@link readJson}
 */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  requireOwnForm(ctx);
  return new URLSearchParams(await readText(ctx, ["application/x-www-form-urlencoded"]));
}

/**
 * Rejects a form of another site. JSON from another site needs a CORS preflight, which the service never allows.
 * Browsers send Sec-Fetch-Site over https and to localhost only, and Origin with every form.
 */
function requireOwnForm(ctx: Context): void {
  const [site, origin] = [ctx.get("Sec-Fetch-Site"), ctx.get("Origin")];
  if (site === "same-origin" || site === "none") return;
  if (site === "" && (origin === "" || isOwnOrigin(ctx, origin))) return;
  const values = [
    `Host "${ctx.get("Host")}"`,
    ...["Origin", "X-Forwarded-Host", "Sec-Fetch-Site"]
      .filter((name) => ctx.get(name) !== "")
      .map((name) => `${name} "${ctx.get(name)}"`),
  ];
  throw new Problem(
    403,
    "cross_site_form",
    "This form can only be sent from the service's own page, and its headers name different sites: " +
      `${values.join(", ").slice(0, 400)}. Behind a proxy, set TRUSTED_PROXIES.`,
  );
}

async function readText(ctx: Context, types: readonly string[]): Promise<string> {
  requireType(ctx, types);
  if (Number(ctx.get("Content-Length")) > bodyLimit) throw tooLarge();
  if (awaitsContinue.has(ctx.req)) ctx.res.writeContinue();
  const bytes = await readBytes(ctx);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem(400, "invalid_utf8", "The body is not valid UTF-8.");
  }
}

/** A small body arrives with its head. Then no listeners are needed, and no tracking: each takes a tenth of an insert. */
async function readBytes({ req, state }: Context): Promise<Uint8Array> {
  const { "content-length": length = null } = req.headers;
  // Node hands over the body of the same packet before it continues here.
  await Promise.resolve();
  // After the client has left, the body counts as incomplete, although all of it has arrived.
  if (length !== null && !req.destroyed && req.readableLength === Number(length)) {
    return (req.read() as Buffer | null) ?? new Uint8Array();
  }
  const body = getRawBody(req, { length, limit: bodyLimit });
  const { uploads } = state as { readonly uploads?: Uploads };
  return await (uploads?.track(req, body) ?? body).catch((error: unknown) => {
    throw broken.get(req) ?? bodyProblem(error);
  });
}

function requireType(ctx: Context, types: readonly string[]): void {
  const contentType = parse(ctx.get("Content-Type"));
  const charset = contentType.parameters.charset ?? "utf-8";
  const isUtf8 = ["utf-8", "utf8"].includes(charset.toLowerCase());
  const plain = ["", "identity"].includes(ctx.get("Content-Encoding").toLowerCase());
  if (!types.includes(contentType.type.toLowerCase()) || !isUtf8 || !plain) {
    throw new Problem(
      415,
      "unsupported_media_type",
      `Send the body as "Content-Type: ${types.join(" or ")}", in UTF-8 and without Content-Encoding.`,
    );
  }
}

function bodyProblem(error: unknown): Problem {
  if (error instanceof Error && "type" in error && error.type === "entity.too.large") {
    return tooLarge(error);
  }
  return incompleteBody(error);
}

function tooLarge(cause?: unknown): Problem {
  return new Problem(413, "body_too_large", `The body is larger than the limit of ${bodyLimit} bytes.`, {
    // The rest of the body is not read, so the connection can't be reused.
    headers: { Connection: "close" },
    cause,
  });
}

const awaitsContinue = new WeakSet<IncomingMessage>();

/** Sends `100 Continue` for this request only when a route reads its body. */
export function continueOnRead(request: IncomingMessage): void {
  awaitsContinue.add(request);
}

const broken = new WeakMap<IncomingMessage, Problem>();

/** Fails the read of this body with the problem that was sent to the client. */
export function failBody(request: IncomingMessage, problem: Problem): void {
  broken.set(request, problem);
}

/** Ends a read of this body with a problem. Does nothing if no route reads the body. */
export function endRead(request: IncomingMessage, problem: Problem): void {
  // `raw-body` listens while it reads. Without a listener, the event would end the process.
  if (request.listenerCount("error") === 0) return;
  failBody(request, problem);
  request.emit("error", problem);
}

/** 400: the client ended the body too early. */
export function incompleteBody(cause?: unknown): Problem {
  return new Problem(400, "incomplete_body", "The connection ended before the whole body arrived.", {
    cause,
  });
}
