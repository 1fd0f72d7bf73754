import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expectContract } from "./openapi-contract.ts";
import type { TestService } from "./test-service.ts";

/** Opens a connection for bytes that no HTTP client would send. */
export async function open(service: Pick<TestService, "url">): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  // A server that rejects a request may reset the connection while the test still sends.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Returns everything that the server sends until it closes the connection. */
export async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
  if (!socket.closed) await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

/** Sends bytes on a new connection, and returns the first answer. */
export async function send(service: Pick<TestService, "url">, bytes: string | Buffer): Promise<Response> {
  const socket = await open(service);
  socket.write(bytes);
  return await answerOf(await received(socket));
}

/** Parses the first answer in a text. Asserts that a problem is in the OpenAPI document. */
export async function answerOf(text: string): Promise<Response> {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const [, status = "0"] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
  if (status === "0") throw new Error(`no HTTP answer: ${JSON.stringify(text)}`);
  const headers = head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(": ", 2) as [string, string]);
  const response = new Response(body, { status: Number(status), headers });
  // Invalid HTTP has no path. Every operation that reads a body documents the problems of invalid HTTP.
  const inGeneral = response.status >= 400 && ![404, 405].includes(response.status);
  if (inGeneral) await expectContract("POST", "/data", response.clone());
  return response;
}
