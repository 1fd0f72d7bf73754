import type { Middleware } from "koa";
import { Problem } from "./problem.ts";

/** Middleware: rejects requests that Node would answer without a body, or pass on without some headers. */
export function checkRequestHead(headerCount: number): Middleware {
  return function checkHead(ctx, next) {
    const { rawHeaders, httpVersion } = ctx.req;
    if (rawHeaders.length / 2 > headerCount) {
      throw closing(431, "too_many_headers", `A request can have ${headerCount} headers at most.`);
    }
    const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
    if (hosts > 1 || (hosts === 0 && httpVersion !== "1.0")) {
      throw closing(400, "invalid_host", "Send one `Host` header.");
    }
    if (!["", "100-continue"].includes(ctx.get("Expect").toLowerCase())) {
      throw closing(417, "unknown_expectation", "The only `Expect` that is met is `100-continue`.");
    }
    return next();
  };
}

/** A body is not read, so the connection can't be reused. */
function closing(status: number, code: string, detail: string): Problem {
  return new Problem(status, code, detail, { headers: { Connection: "close" } });
}
