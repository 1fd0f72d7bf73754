import type { Middleware } from "koa";

/** Headers of every answer. The page has its own Content-Security-Policy. */
export const securityHeaders = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  // With `no-referrer`, browsers send `Origin: null`, and the page's form would look like another site's.
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  // Documents may change with the next request, so no cache may keep an answer.
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
