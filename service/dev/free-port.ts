import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const loopback = "127.0.0.1";

/** The addresses that browsers take for localhost. */
export const localhost = [loopback, "::1"] as const;

/**
 * A TCP port of the loopback address that nothing listens on. It is below those that a system gives to connections: one
 * of these could be gone again before anybody listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    if (await canListen(port, loopback)) return port;
  }
}

/**
 * The first address on which another program has a port, or undefined.
 * @param hosts loopback addresses. One that this machine does not have is free.
 */
export async function takenOn(port: number, hosts: readonly string[]): Promise<string | undefined> {
  for (const host of hosts) {
    // macOS lets a program listen on an address whose port another program has on all addresses.
    if ((await isListening(port, host)) || !(await canListen(port, host))) return host;
  }
  return undefined;
}

/** The first port from this one on that is free on these addresses; above 65535 any free port. */
export async function freePortFrom(port: number, hosts: readonly string[]): Promise<number> {
  if (port > 65_535) return await freePort();
  return (await takenOn(port, hosts)) === undefined ? port : await freePortFrom(port + 1, hosts);
}

/** Whether something accepts connections on this port of the loopback address. */
export async function isListening(port: number, host: string = loopback): Promise<boolean> {
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

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer().listen(port, host);
  const refusal = await once(server, "listening").then(
    () => undefined,
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  if (refusal === undefined) {
    server.close();
    await once(server, "close");
  }
  // Windows says EACCES of a port that another program has for itself.
  return !(refusal === "EADDRINUSE" || (refusal === "EACCES" && process.platform === "win32"));
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
