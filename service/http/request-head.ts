import type { Middleware } from "koa";
import { Problem } from "./problem.ts";

/** Middleware: rejects requests that Node would answer without a body, or pass on without some headers. */
export function checkRequestHead(maxHeaderCount: number): Middleware {
  return function checkHead(ctx, next) {
    const { rawHeaders, httpVersion } = ctx.req;
    const count = rawHeaders.length / 2;
    if (count > maxHeaderCount) {
      const detail = `The request has ${count} headers, and the limit is ${maxHeaderCount}.`;
      throw closing(431, "too_many_headers", detail);
    }
    const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
    if (hosts > 1 || (hosts === 0 && httpVersion !== "1.0")) {
      throw closing(400, "invalid_host", `The request has ${hosts} \`Host\` headers: send exactly one.`);
    }
    if (!["", "100-continue"].includes(ctx.get("Expect").toLowerCase())) {
      const detail = "The service does not support this `Expect`: send `100-continue`, or no `Expect`.";
      throw closing(417, "unknown_expectation", detail);
    }
    return next();
  };
}

/** A body is not read, so the connection can't be reused. */
function closing(status: number, code: string, detail: string): Problem {
  return new Problem(status, code, detail, { headers: { Connection: "close" } });
}
