import { createServer, type Server, type Socket } from "node:net";
import { mongo } from "mongoose";

const { serialize } = mongo.BSON;
const opReply = 1;
const opQuery = 2004;
const opMessage = 2013;

/** Offset of the command in bytes: header 16, flags 4, kind of section 1. */
export const bodyOffset = 21;
/** Offset of the command's name: length of the document 4, type of the first key 1. */
const commandOffset = bodyOffset + 5;

/**
 * Answers a command with BSON. Undefined for an answer that fits to most commands: an empty page, and one written document.
 * @param name such as `find`
 * @param message the whole message
 */
export type AnswerCommand = (name: string, message: Buffer) => Uint8Array | undefined;

const hello = serialize({
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
});

const answers: Readonly<Record<string, Uint8Array>> = {
  hello,
  ismaster: hello,
  isMaster: hello,
  buildInfo: serialize({ version: "8.0.0", ok: 1 }),
};
const defaultAnswer = serialize({
  ok: 1,
  n: 1,
  cursor: { firstBatch: [], id: mongo.Long.ZERO, ns: "app.data" },
});

/**
 * Creates a server of MongoDB's protocol that stores nothing.
 * @param answer @default the same answer to every command
 */
export function createMongoServer(answer: AnswerCommand = () => undefined): Server {
  return createServer((socket) => {
    serve(socket, answer);
  });
}

function serve(socket: Socket, answer: AnswerCommand): void {
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
      const message = rest.subarray(0, rest.readInt32LE(0));
      rest = rest.subarray(message.length);
      const reply = replyTo(message, answer);
      message.copy(reply, 8, 4, 8);
      socket.write(reply);
    }
  });
}

function replyTo(message: Buffer, answer: AnswerCommand): Buffer {
  if (message.readInt32LE(12) === opQuery) return oldReply(hello);
  const name = message.toString("latin1", commandOffset, message.indexOf(0, commandOffset));
  return reply(answers[name] ?? answer(name, message) ?? defaultAnswer);
}

/** Builds a message. Its own id and the id of its request are still 0. */
function reply(body: Uint8Array): Buffer {
  const message = Buffer.alloc(bodyOffset + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(opMessage, 12);
  message.set(body, bodyOffset);
  return message;
}

/** Builds the answer to a driver's first request, which has the protocol's oldest format. */
function oldReply(body: Uint8Array): Buffer {
  const message = Buffer.alloc(36 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(opReply, 12);
  message.writeInt32LE(1, 32);
  message.set(body, 36);
  return message;
}
