import { createServer, type IncomingMessage } from "node:http";
import { MongoClient, ObjectId } from "mongodb";

// Only `node:http` and MongoDB's driver: the minimum for such a server.
const client = new MongoClient(process.env.MONGODB_URI ?? "");
const data = client.db().collection("data");

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function answer(request: IncomingMessage): Promise<[number, unknown]> {
  if (request.method === "POST") {
    const document = { createdAt: new Date(), ...(JSON.parse(await readText(request)) as object) };
    await data.insertOne(document);
    return [201, document];
  }
  const id = /^\/data\/(\w{24})$/.exec(request.url ?? "")?.[1];
  if (id === undefined) return [200, await data.find().sort({ createdAt: -1, _id: -1 }).limit(20).toArray()];
  const found = await data.findOne({ _id: new ObjectId(id) });
  return [found === null ? 404 : 200, found];
}

createServer((request, response) => {
  answer(request).then(
    ([status, value]) => {
      const body = JSON.stringify(value);
      const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
      response.writeHead(status, headers).end(body);
    },
    () => response.writeHead(500).end(),
  );
}).listen(Number(process.env.PORT), "127.0.0.1");
