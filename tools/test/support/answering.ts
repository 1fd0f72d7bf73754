import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on this machine that answers everything with one status. */
export interface Answering {
  readonly url: string;
  close(): void;
}

/** Starts it, on a port that is free. */
export async function answering(status = 200): Promise<Answering> {
  const server = createServer((_request, response) => {
    response.statusCode = status;
    response.end();
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
