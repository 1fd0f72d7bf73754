import { createServer, type Socket } from "node:net";
import { mongo } from "mongoose";
import { answerFind, type Find } from "./canned-documents.ts";

// A server of MongoDB's protocol that answers at once and stores nothing, so that the benchmark measures the service.
// The server sends its port to its parent process, and ends with the parent.

const { deserialize, serialize } = mongo.BSON;
const opReply = 1;
const opQuery = 2004;
const opMessage = 2013;

/** Offset of the command in bytes: header 16, flags 4, kind of section 1. */
const bodyOffset = 21;
/** Offset of the command's name: length of the document 4, type of the first key 1. */
const commandOffset = bodyOffset + 5;

const hello = {
  ok: 1,
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  localTime: new Date(),
  minWireVersion: 0,
  maxWireVersion: 25,
  readOnly: false,
  // Drivers send their sessions only to a server with this field, as to a real MongoDB.
  logicalSessionTimeoutMinutes: 30,
};

const answers: Record<string, Buffer> = {
  hello: reply(serialize(hello)),
  ismaster: reply(serialize(hello)),
  isMaster: reply(serialize(hello)),
  buildInfo: reply(serialize({ version: "8.0.0", ok: 1 })),
};
const okReply = reply(serialize({ ok: 1 }));

/** Builds a message. Its own id and the id of its request are still 0. */
function reply(body: Uint8Array): Buffer {
  const message = Buffer.alloc(21 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(opMessage, 12);
  message.set(body, 21);
  return message;
}

/** Builds the answer to a driver's first request, which has the protocol's oldest format. */
function oldReply(document: object): Buffer {
  const body = serialize(document);
  const message = Buffer.alloc(36 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(opReply, 12);
  message.writeInt32LE(1, 32);
  message.set(body, 36);
  return message;
}

const oldHello = oldReply(hello);

function answerTo(message: Buffer): Buffer {
  if (message.readInt32LE(12) === opQuery) return Buffer.from(oldHello);
  const name = message.toString("latin1", commandOffset, message.indexOf(0, commandOffset));
  if (name === "find") return reply(answerFind(command(message) as Find));
  if (name === "insert") return reply(serialize({ n: insertedBy(message), ok: 1 }));
  return Buffer.from(answers[name] ?? okReply);
}

function command(message: Buffer): object {
  return deserialize(message.subarray(bodyOffset));
}

/** Number of documents of an insert. Newer drivers send them in a separate section, others in the command. */
function insertedBy(message: Buffer): number {
  const end = bodyOffset + message.readInt32LE(bodyOffset);
  if (end >= message.length) return (command(message) as { documents: object[] }).documents.length;
  let count = 0;
  // Skips the kind of the section (1), its size (4) and its name.
  for (let at = end + 5 + "documents\0".length; at < message.length; at += message.readInt32LE(at)) count++;
  return count;
}

function serve(socket: Socket): void {
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
      const message = rest.subarray(0, rest.readInt32LE(0));
      rest = rest.subarray(message.length);
      const answer = answerTo(message);
      message.copy(answer, 8, 4, 8);
      socket.write(answer);
    }
  });
}

const server = createServer(serve).listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as { port: number }).port });
});
process.on("disconnect", () => process.exit());
