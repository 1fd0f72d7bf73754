import { fastify } from "fastify";
import { MongoClient, ObjectId } from "mongodb";

// Fastify and MongoDB's driver.
const app = fastify();
const data = new MongoClient(process.env.MONGODB_URI ?? "").db().collection("data");

app.get("/data", () => data.find().sort({ createdAt: -1, _id: -1 }).limit(20).toArray());

app.get<{ Params: { id: string } }>("/data/:id", async (request, reply) => {
  const found = await data.findOne({ _id: new ObjectId(request.params.id) });
  return found ?? reply.code(404).send();
});

app.post("/data", async (request, reply) => {
  const document = { createdAt: new Date(), ...(request.body as object) };
  await data.insertOne(document);
  reply.code(201);
  return document;
});

void app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
