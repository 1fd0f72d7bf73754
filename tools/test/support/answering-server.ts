import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A local server that answers with one status. */
export interface Answering {
  readonly url: string;
  close(): void;
}

/**
 * Starts a server on a free port.
 * @param path the only existing path; other paths return 404. @default every path exists
 */
export async function answering(status = 200, body: object | string = "", path?: string): Promise<Answering> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const server = createServer((request, response) => {
    response.statusCode = path === undefined || request.url === path ? status : 404;
    response.end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
