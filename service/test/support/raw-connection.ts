import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expectContract } from "./openapi-contract.ts";
import type { TestService } from "./test-service.ts";

/** Opens a connection on which a test writes what no HTTP client would. */
export async function open(service: Pick<TestService, "url">): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  // A server that refuses may reset what is still being sent.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Everything that the server sends until it ends the connection. */
export async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
  if (!socket.closed) await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

/** Sends these bytes on a connection of their own, and reads the first answer to them. */
export async function send(service: Pick<TestService, "url">, bytes: string | Buffer): Promise<Response> {
  const socket = await open(service);
  socket.write(bytes);
  return await answerOf(await received(socket));
}

/** The first answer in this text. A problem is one that the OpenAPI document has. */
export async function answerOf(text: string): Promise<Response> {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const [, status = "0"] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
  if (status === "0") throw new Error(`no HTTP answer: ${JSON.stringify(text)}`);
  const headers = head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(": ", 2) as [string, string]);
  const response = new Response(body, { status: Number(status), headers });
  // What is not a request has no path: any operation that reads a body has all of its problems.
  const inGeneral = response.status >= 400 && ![404, 405].includes(response.status);
  if (inGeneral) await expectContract("POST", "/data", response.clone());
  return response;
}
