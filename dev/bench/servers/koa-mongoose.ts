import Router from "@koa/router";
import Koa, { type Context } from "koa";
import mongoose from "mongoose";
import getRawBody from "raw-body";

// Koa and Mongoose as their guides show them.
const schema = new mongoose.Schema({ createdAt: { type: Date, default: Date.now } }, { strict: false });
const Data = mongoose.model("Data", schema, "data");
const router = new Router();

router.get("/data", async (ctx: Context) => {
  ctx.body = await Data.find().sort({ createdAt: -1, _id: -1 }).limit(20);
});

router.post("/data", async (ctx: Context) => {
  ctx.body = await Data.create(JSON.parse(await getRawBody(ctx.req, { encoding: "utf8" })) as object);
  ctx.status = 201;
});

void mongoose.connect(process.env.MONGODB_URI ?? "", { autoIndex: false, autoCreate: false });
new Koa().use(router.routes()).listen(Number(process.env.PORT), "127.0.0.1");
