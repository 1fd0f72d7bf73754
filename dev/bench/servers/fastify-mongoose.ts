import { fastify } from "fastify";
import mongoose from "mongoose";
import { orderSchema } from "./order.ts";

// Fastify and Mongoose as their guides show them.
const app = fastify();
const Order = mongoose.model("Order", orderSchema, "orders");

app.setErrorHandler((error, _request, reply) =>
  reply.code(error instanceof mongoose.Error.ValidationError ? 422 : 500).send(error),
);

// The benchmark waits until each server answers this route.
app.get("/data", () => Order.find().limit(20));

app.get<{ Params: { id: string } }>("/orders/:id", async (request, reply) => {
  return (await Order.findById(request.params.id)) ?? reply.code(404).send();
});

app.post("/orders", async (request, reply) => {
  reply.code(201);
  return await Order.create(request.body as object);
});

void mongoose.connect(process.env.MONGODB_URI ?? "", { autoIndex: false, autoCreate: false });
void app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
