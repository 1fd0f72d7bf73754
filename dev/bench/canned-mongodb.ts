import { createServer, type Socket } from "node:net";
import { mongo } from "mongoose";

// A server of MongoDB's protocol that answers at once, with the same documents: then the service is what is measured.
// It prints its port, and ends with the process that started it.

const { serialize, ObjectId } = mongo.BSON;
const opReply = 1;
const opQuery = 2004;
const opMessage = 2013;

/** Where the command starts: header 16, flags 4, kind of section 1, length of the document 4, type of the first key 1. */
const commandOffset = 26;

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
  // Without it drivers would not send their sessions, as they do to a real one.
  logicalSessionTimeoutMinutes: 30,
};

/** A page of the default size. */
const page = Array.from({ length: 20 }, (_, i) => ({
  _id: new ObjectId(),
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 20 - i)),
  name: `Document number ${i}`,
  text: "The quick brown fox jumps over the lazy dog.",
  tags: ["canned", "benchmark"],
  n: i,
}));

const answers: Record<string, Buffer> = {
  hello: reply(hello),
  ismaster: reply(hello),
  isMaster: reply(hello),
  find: reply({ cursor: { firstBatch: page, id: mongo.Long.ZERO, ns: "app.data" }, ok: 1 }),
  insert: reply({ n: 1, ok: 1 }),
  buildInfo: reply({ version: "8.0.0", ok: 1 }),
};
const fine = reply({ ok: 1 });

/** A message without its own number and the one it answers. */
function reply(document: object): Buffer {
  const body = serialize(document);
  const message = Buffer.alloc(21 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(opMessage, 12);
  message.set(body, 21);
  return message;
}

/** The first thing a driver asks, in the protocol's oldest words. */
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
  if (message.readInt32LE(12) === opQuery) return oldHello;
  const name = message.toString("latin1", commandOffset, message.indexOf(0, commandOffset));
  return answers[name] ?? fine;
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
      const answer = Buffer.from(answerTo(message));
      message.copy(answer, 8, 4, 8);
      socket.write(answer);
    }
  });
}

const server = createServer(serve).listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as { port: number }).port });
});
process.on("disconnect", () => process.exit());
