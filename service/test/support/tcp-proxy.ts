import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy in front of a server, to interrupt or to delay connections. */
export interface Proxy {
  readonly port: number;
  /** Passes bytes, or closes every connection at once, or keeps connections and drops all bytes. */
  mode(mode: "pass" | "close" | "hang"): void;
  /** Delays everything that the server sends, by this number of milliseconds. */
  delay(ms: number): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of `host:port`. */
export async function startProxy(host: string, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let current: "pass" | "close" | "hang" = "pass";
  let latency = 0;

  function link(from: Socket, to: Socket, isAnswer: boolean): void {
    sockets.add(from);
    let before = Promise.resolve();
    from.on("data", (chunk) => {
      if (current !== "pass") return;
      if (!isAnswer || latency === 0) return void to.write(chunk);
      // Bytes stay in order even when the delay changes.
      before = Promise.all([before, sleep(latency)]).then(() => void to.write(chunk));
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
  }
  const server = createServer((client) => {
    if (current === "close") return void client.destroy();
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
      // Dropped bytes are lost, so clients need new connections after a hang.
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
