import type { Middleware } from "koa";

/** Headers that every answer has; the page has a policy of its own. */
export const securityHeaders = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  // Not `no-referrer`: with it browsers send `Origin: null`, and the page's form would look like another site's.
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  // What is stored changes with the next request, and belongs to nobody between.
  "Cache-Control": "no-store",
} as const;

/** Middleware: sets {@link securityHeaders}. */
export function addSecurityHeaders(): Middleware {
  const headers = new Map(Object.entries(securityHeaders));
  return function setSecurityHeaders(ctx, next) {
    ctx.res.setHeaders(headers);
    return next();
  };
}
