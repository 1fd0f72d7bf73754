import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What sends a download elsewhere. */
export const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** How a server of downloads behaves; may be changed while it runs. */
export interface Manners {
  /** Status of every answer, instead of a file. */
  status?: number | undefined;
  /** Bytes of each answer's body after which the connection is cut. */
  cutAfter?: number | undefined;
  /** Whether it stops there, and leaves the connection open. */
  falls?: "silent" | undefined;
}

/** A server on this machine that has files. */
export interface Downloads {
  readonly url: string;
  readonly files: Record<string, Buffer>;
  readonly manners: Manners;
  /** The paths that were requested since the last call. */
  requests(): string[];
  close(): void;
}

/** Starts it, on a port that is free. */
export async function downloads(files: Record<string, Buffer> = {}): Promise<Downloads> {
  const manners: Manners = {};
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
    manners,
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
  { status, cutAfter, falls }: Manners,
): void {
  if (status !== undefined || file === undefined) {
    response.writeHead(status ?? 404).end();
    return;
  }
  response.writeHead(200, { "content-length": file.length });
  if (cutAfter === undefined || cutAfter >= file.length) response.end(file);
  else {
    response.write(file.subarray(0, cutAfter), () => {
      // A moment later, or what was written would go, too.
      if (falls !== "silent") setTimeout(() => response.destroy(), 20);
    });
  }
}
