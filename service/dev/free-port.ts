import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const loopback = "127.0.0.1";

/** Addresses that browsers try for localhost. */
export const localhost = [loopback, "::1"] as const;

/**
 * Returns a free TCP port of the loopback address, below the system's ephemeral ports. An ephemeral port could go to
 * another connection before the caller listens.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    if (await canListen(port, loopback)) return port;
  }
}

/**
 * Returns the first address on which another program uses the port, or undefined.
 * @param hosts loopback addresses. An address that this machine does not have counts as free
 */
export async function addressInUse(port: number, hosts: readonly string[]): Promise<string | undefined> {
  for (const host of hosts) {
    // On macOS, a program can listen on one address of a port that another program uses on all addresses.
    if ((await isListening(port, host)) || !(await canListen(port, host))) return host;
  }
  return undefined;
}

/** Returns the first port from `port` on that is free on all `hosts`, and above 65535 any free port. */
export async function freePortFrom(port: number, hosts: readonly string[]): Promise<number> {
  if (port > 65_535) return await freePort();
  return (await addressInUse(port, hosts)) === undefined ? port : await freePortFrom(port + 1, hosts);
}

/** Whether a program accepts connections on this port of `host`. */
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
  const errorCode = await once(server, "listening").then(
    () => undefined,
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  if (errorCode === undefined) {
    server.close();
    await once(server, "close");
  }
  // Windows reports EACCES for a port that another program uses exclusively.
  return !(errorCode === "EADDRINUSE" || (errorCode === "EACCES" && process.platform === "win32"));
}

/**
 * Waits until a program listens on this port of the loopback address. Checks five times a second.
 * @throws {Error} after 30 s, or the abort reason of `signal`
 */
export async function untilListening(port: number, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (await isListening(port)) return;
    signal.throwIfAborted();
    await sleep(200);
  }
  throw new Error(`no program listens on port ${port} after 30 s`);
}
