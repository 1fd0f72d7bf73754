import Router from "@koa/router";
import Koa, { type Context } from "koa";
import mongoose, { type Schema } from "mongoose";
import getRawBody from "raw-body";
import { orderSchema } from "./order.ts";

// Koa and Mongoose as their guides show them.
const dataSchema = new mongoose.Schema({ createdAt: { type: Date, default: Date.now } }, { strict: false });
const router = new Router();

function serve(name: string, schema: Schema): void {
  const path = `/${name}`;
  const documents = mongoose.model(name, schema, name);
  router.get(path, async (ctx: Context) => {
    ctx.body = await documents.find().sort({ createdAt: -1, _id: -1 }).limit(20);
  });

  router.get(`${path}/:id`, async (ctx) => {
    const found: unknown = await documents.findById(ctx.params.id);
    if (found !== null) ctx.body = found;
  });

  router.post(path, async (ctx: Context) => {
    ctx.body = await documents.create(JSON.parse(await getRawBody(ctx.req, { encoding: "utf8" })) as object);
    ctx.status = 201;
  });
}
serve("data", dataSchema);
serve("orders", orderSchema);

const app = new Koa();
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    ctx.status = error instanceof mongoose.Error.ValidationError ? 422 : 500;
    ctx.body = { error: String(error) };
  }
});
app.use(router.routes());

void mongoose.connect(process.env.MONGODB_URI ?? "", { autoIndex: false, autoCreate: false });
app.listen(Number(process.env.PORT), "127.0.0.1");
