import type { IncomingMessage } from "node:http";
import { parse } from "content-type";
import type { Context } from "koa";
import getRawBody from "raw-body";
import { Problem } from "./problem.ts";

/** Largest request body, in bytes: 100 KiB. */
export const bodyLimit = 100 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON body.
 * @param types media types that it may have. @default application/json
 * @throws {Problem} 400 `invalid_json`, 413 `body_too_large`, 415 `unsupported_media_type`
 */
export async function readJson(ctx: Context, types = ["application/json"]): Promise<string> {
  return await readText(ctx, types);
}

/**
 * Reads the fields of an HTML form.
 * @throws {Problem} 403 `cross_site_form`, and as {@link readJson}
 */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  // JSON from another site needs a CORS preflight, which nobody answers here; a form would get through.
  if (isFromElsewhere(ctx)) {
    throw new Problem(403, "cross_site_form", "This form can only be sent from the service's own page.");
  }
  return new URLSearchParams(await readText(ctx, ["application/x-www-form-urlencoded"]));
}

/** Browsers send Sec-Fetch-Site over https and to localhost only, and Origin with every form. */
function isFromElsewhere(ctx: Context): boolean {
  const site = ctx.get("Sec-Fetch-Site");
  if (site !== "") return site !== "same-origin" && site !== "none";
  const origin = ctx.get("Origin");
  return origin !== "" && URL.parse(origin)?.host !== ctx.host;
}

async function readText(ctx: Context, types: readonly string[]): Promise<string> {
  requireType(ctx, types);
  const bytes = await getRawBody(ctx.req, {
    length: ctx.get("Content-Length") || null,
    limit: bodyLimit,
  }).catch((error: unknown) => {
    throw broken.get(ctx.req) ?? bodyProblem(error);
  });
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem(400, "invalid_utf8", "The body is not valid UTF-8.");
  }
}

function requireType(ctx: Context, types: readonly string[]): void {
  const given = parse(ctx.get("Content-Type"));
  const charset = given.parameters.charset ?? "utf-8";
  const plain = ["", "identity"].includes(ctx.get("Content-Encoding").toLowerCase());
  if (!types.includes(given.type.toLowerCase()) || charset.toLowerCase() !== "utf-8" || !plain) {
    throw new Problem(
      415,
      "unsupported_media_type",
      `Send the body as "Content-Type: ${types.join(" or ")}", in UTF-8 and without Content-Encoding.`,
    );
  }
}

function bodyProblem(error: unknown): Problem {
  if (error instanceof Error && "type" in error && error.type === "entity.too.large") {
    return new Problem(413, "body_too_large", `A body can be ${bodyLimit} bytes long at most.`, {
      // What is left of the body will not be read, so the connection can't be used again.
      headers: { Connection: "close" },
      cause: error,
    });
  }
  return incompleteBody(error);
}

const broken = new WeakMap<IncomingMessage, Problem>();

/** Lets the reader of this body fail with the problem that the client was sent. */
export function failBody(request: IncomingMessage, problem: Problem): void {
  broken.set(request, problem);
}

/** 400: the client ended the body too early. */
export function incompleteBody(cause?: unknown): Problem {
  return new Problem(400, "incomplete_body", "The body ended before all of it had arrived.", { cause });
}
