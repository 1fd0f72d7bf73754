import Koa, { type Context } from "koa";

type Run = (ctx: Context) => Promise<void>;

/** Koa's `callback` calls this method for each request. Koa's types don't declare it. */
const koa = Koa.prototype as unknown as {
  handleRequest(this: Koa, ctx: Context, run: Run): Promise<void>;
};

/** Statuses of answers without a body. */
const empty = new Set([204, 205, 304]);

/**
 * Koa that answers with text without Koa's listeners on each response and its connection, which cost more than any
 * middleware. The listeners report a broken connection, which the observer `logBrokenAnswers` does, too.
 */
export class LeanKoa extends Koa {
  protected async handleRequest(ctx: Context, run: Run): Promise<void> {
    const { res } = ctx;
    res.statusCode = 404;
    try {
      await run(ctx);
    } catch (error) {
      ctx.onerror(error as Error);
      return;
    }
    if (isText(ctx)) res.end(ctx.body);
    else await this.handleOther(ctx);
  }

  /** Koa knows all other answers, such as streams. It sets the status to 404 first. */
  private async handleOther(ctx: Context): Promise<void> {
    const { statusCode } = ctx.res;
    await koa.handleRequest.call(this, ctx, () => {
      ctx.res.statusCode = statusCode;
      return Promise.resolve();
    });
  }
}

function isText(ctx: Context): boolean {
  return (
    typeof ctx.body === "string" &&
    ctx.method !== "HEAD" &&
    !empty.has(ctx.status) &&
    ctx.writable &&
    ctx.respond !== false
  );
}
