import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { BSON, type Document } from "mongodb";

/** A fake MongoDB that answers only the handshake. */
export interface FakeMongod {
  /** Port on 127.0.0.1. */
  readonly port: number;
  close(): void;
}

/** Bytes before a message's document: 16 for the header, 4 for flags, 1 for the kind of section. */
const start = 21;
const opMsg = 2013;
const opReply = 1;
const opQuery = 2004;

/** Starts a fake MongoDB that answers `hello` with these fields. Any login fails. */
export async function fakeMongod(hello: Document): Promise<FakeMongod> {
  const sockets = new Set<Socket>();
  const answer = {
    ...hello,
    ok: 1,
    minWireVersion: 0,
    maxWireVersion: 25,
    maxBsonObjectSize: 2 ** 24,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    logicalSessionTimeoutMinutes: 30,
  };
  const rejection = { ok: 0, code: 18, codeName: "AuthenticationFailed", errmsg: "Authentication failed." };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let pending = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= pending.readInt32LE()) {
        const message = pending.subarray(0, pending.readInt32LE());
        pending = pending.subarray(message.length);
        const isHandshake = message.readInt32LE(12) === opQuery;
        const command = isHandshake ? "hello" : Object.keys(BSON.deserialize(message.subarray(start)))[0];
        const reply = BSON.serialize(command === "hello" || command === "ping" ? answer : rejection);
        socket.write(isHandshake ? asReply(message, reply) : asMessage(message, reply));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function asMessage(request: Buffer, document: Uint8Array): Buffer {
  return Buffer.concat([header(request, opMsg, start + document.length), Buffer.alloc(5), document]);
}

/** The first response on a connection has an older form: flags, cursor, and number of documents. */
function asReply(request: Buffer, document: Uint8Array): Buffer {
  const about = Buffer.alloc(20);
  about.writeInt32LE(1, 16);
  return Buffer.concat([header(request, opReply, 36 + document.length), about, document]);
}

function header(request: Buffer, code: number, length: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(length, 0);
  bytes.writeInt32LE(request.readInt32LE(4), 8);
  bytes.writeInt32LE(code, 12);
  return bytes;
}
