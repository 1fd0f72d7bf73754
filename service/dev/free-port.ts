import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const loopback = "127.0.0.1";

/**
 * A TCP port of the loopback address that nothing listens on. It is below those that a system gives to connections: one
 * of these could be gone again before anybody listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    const server = createServer().listen(port, loopback);
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

/** Whether something accepts connections on this port. @param host default the loopback address */
export async function isListening(port: number, host = loopback): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Waits until something listens on this port of the loopback address, asking five times a second.
 * @throws {Error} after 30 s, or the reason of `signal` when that is aborted
 */
export async function untilListening(port: number, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (await isListening(port)) return;
    signal.throwIfAborted();
    await sleep(200);
  }
  throw new Error(`nothing listens on port ${port} after 30 s`);
}
