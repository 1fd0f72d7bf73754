import type { AddressInfo } from "node:net";
import { mongo } from "mongoose";
import { bodyOffset, createMongoServer } from "../../service/code-cache/mongodb-protocol.ts";
import { answerFind, type Find } from "./canned-documents.ts";

// A MongoDB that answers at once and stores nothing, so that the benchmark measures the service. The server sends its
// port to its parent process, and ends with the parent.

const { deserialize, serialize } = mongo.BSON;

function answerTo(name: string, message: Buffer): Uint8Array | undefined {
  if (name === "find") return answerFind(command(message) as Find);
  if (name === "insert") return serialize({ n: insertedBy(message), ok: 1 });
  return undefined;
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

const server = createMongoServer(answerTo).listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit());
