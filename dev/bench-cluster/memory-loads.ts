import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The kubelet measures memory about every ten seconds, and a load must last longer than two measurements. */
export const kubeletMs = 25_000;

/** Result of a load, in words. */
export type Course = string;

/** Opens connections, sends one request on each, and keeps the connections open without further requests. */
export async function idleConnections(url: string, count: number): Promise<Course> {
  const { hostname, port } = new URL(url);
  const sockets = await Promise.all(
    Array.from({ length: count }, () => openIdle(hostname, Number(port)).catch(() => undefined)),
  );
  const open = sockets.filter((socket) => socket !== undefined);
  try {
    await sleep(kubeletMs);
    return `${open.filter(({ closed, readableEnded }) => !closed && !readableEnded).length} stayed open`;
  } finally {
    for (const socket of open) socket.destroy();
  }
}

async function openIdle(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on("error", () => socket.destroy());
  socket.write(`GET /health/live HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, "data", { signal: AbortSignal.timeout(10_000) });
  return socket;
}

/** The largest body that the service accepts: 100 KiB. */
const bodyBytes = 100 * 1024;

/** Sends bodies of 100 KiB concurrently, and sends them again after all answers. */
export async function largeBodies(url: string, count: number): Promise<Course> {
  const frame = '{"text":""}';
  const body = `{"text":"${"x".repeat(bodyBytes - frame.length)}"}`;
  const headers = { "Content-Type": "application/json" };
  const send = async () => {
    const response = await fetch(`${url}/data`, { method: "POST", headers, body });
    await response.arrayBuffer();
    return `${response.status}`;
  };
  const answers: string[] = [];
  const end = performance.now() + kubeletMs;
  while (performance.now() < end) {
    const group = Array.from({ length: count }, () => send().catch(() => "no answer"));
    answers.push(...(await Promise.all(group)));
  }
  return counted(answers);
}

/** Counts each answer. */
export function counted(answers: readonly string[]): string {
  const groups = [...Map.groupBy(answers, (answer) => answer)];
  return groups.map(([answer, all]) => `${all.length} × ${answer}`).join(", ");
}
