import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy on the way to a server, to take the way away, or to make it long. */
export interface Proxy {
  readonly port: number;
  /** Passes bytes, or closes every connection at once, or keeps connections and passes nothing. */
  mode(mode: "pass" | "refuse" | "hang"): void;
  /** Makes everything that a server answers arrive so many milliseconds later. */
  delay(ms: number): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of `host:port`. */
export async function startProxy(host: string, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let current: "pass" | "refuse" | "hang" = "pass";
  let latency = 0;

  function link(from: Socket, to: Socket, isAnswer: boolean): void {
    sockets.add(from);
    let before = Promise.resolve();
    from.on("data", (chunk) => {
      if (current !== "pass") return;
      if (!isAnswer || latency === 0) return void to.write(chunk);
      // Bytes stay in order when the delay changes between them.
      before = Promise.all([before, sleep(latency)]).then(() => void to.write(chunk));
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
  }
  const server = createServer((client) => {
    if (current === "refuse") return void client.destroy();
    const upstream = connect(port, host);
    link(client, upstream, false);
    link(upstream, client, true);
  });
  const closeAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    mode(mode) {
      current = mode;
      // Bytes that were swallowed can't be given back: what comes after a hang are new connections.
      if (mode !== "hang") closeAll();
    },
    delay(ms) {
      latency = ms;
    },
    async close() {
      server.close();
      closeAll();
      await once(server, "close");
    },
  };
}
