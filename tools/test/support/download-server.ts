import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Environment variables that redirect a download. */
export const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** Behavior of a download server. Tests may change it while the server runs. */
export interface Behavior {
  /** Status of every response, instead of a file. */
  status?: number | undefined;
  /** Number of bytes of each body before the connection breaks. */
  cutAfter?: number | undefined;
  /** Whether the server stops sending there, but leaves the connection open. */
  falls?: "silent" | undefined;
}

/** A local server with files. */
export interface Downloads {
  readonly url: string;
  readonly files: Record<string, Buffer>;
  readonly behavior: Behavior;
  /** The paths requested since the last call. */
  requests(): string[];
  close(): void;
}

/** Starts a server on a free port. */
export async function downloads(files: Record<string, Buffer> = {}): Promise<Downloads> {
  const manners: Behavior = {};
  let asked: string[] = [];
  const server = createServer((request, response) => {
    const { url = "" } = request;
    asked.push(url);
    answer(files[url.slice(1)], response, manners);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    behavior: manners,
    requests() {
      const made = asked;
      asked = [];
      return made;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(
  file: Buffer | undefined,
  response: ServerResponse,
  { status, cutAfter, falls }: Behavior,
): void {
  if (status !== undefined || file === undefined) {
    response.writeHead(status ?? 404).end();
    return;
  }
  response.writeHead(200, { "content-length": file.length });
  if (cutAfter === undefined || cutAfter >= file.length) response.end(file);
  else {
    response.write(file.subarray(0, cutAfter), () => {
      // Wait a moment, so that the bytes already written are still sent.
      if (falls !== "silent") setTimeout(() => response.destroy(), 20);
    });
  }
}
