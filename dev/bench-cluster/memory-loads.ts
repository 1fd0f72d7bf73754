import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyLimit } from "../../service/http/request-body.ts";
import type { Measurement } from "../bench/bench-load.ts";

/** The kubelet measures memory about every ten seconds, and a load must last longer than two measurements. */
export const kubeletMs = 25_000;

/** How a load went. */
export interface LoadResult {
  /** In words. */
  readonly result: string;
  /** Whether the pod took the whole load. Otherwise its memory says nothing. */
  readonly isComplete: boolean;
}

/** Opens connections, sends one request on each, and keeps the connections open without further requests. */
export async function idleConnections(url: string, count: number): Promise<LoadResult> {
  const { hostname, port } = new URL(url);
  const sockets = await Promise.all(
    Array.from({ length: count }, () => openIdle(hostname, Number(port)).catch(() => undefined)),
  );
  const open = sockets.filter((socket) => socket !== undefined);
  try {
    await sleep(kubeletMs);
    return idleResult(open.filter(({ closed, readableEnded }) => !closed && !readableEnded).length, count);
  } finally {
    for (const socket of open) socket.destroy();
  }
}

/** Share of the connections that must stay open. */
const minOpen = 0.99;

/** How idle connections went. */
export function idleResult(open: number, count: number): LoadResult {
  return { result: `${open} stayed open`, isComplete: open >= minOpen * count };
}

async function openIdle(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on("error", () => socket.destroy());
  socket.write(`GET /health/live HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, "data", { signal: AbortSignal.timeout(10_000) });
  return socket;
}

/** Concurrently sends bodies of 100 KiB, the largest that the service accepts. Returns the statuses. */
export async function sendLargeBodies(url: string, count: number): Promise<string[]> {
  const frame = '{"text":""}';
  const body = `{"text":"${"x".repeat(bodyLimit - frame.length)}"}`;
  const headers = { "Content-Type": "application/json" };
  const send = async () => {
    const response = await fetch(`${url}/data`, { method: "POST", headers, body });
    await response.arrayBuffer();
    return `${response.status}`;
  };
  return await Promise.all(Array.from({ length: count }, () => send().catch(() => "no answer")));
}

/** Sends bodies of 100 KiB concurrently, and sends them again after all answers. */
export async function largeBodies(url: string, count: number): Promise<LoadResult> {
  const answers: string[] = [];
  const end = performance.now() + kubeletMs;
  while (performance.now() < end) answers.push(...(await sendLargeBodies(url, count)));
  return bodiesResult(answers);
}

/** How bodies went. A pod that has no memory for a body may reject it with 503. */
export function bodiesResult(answers: readonly string[]): LoadResult {
  const isComplete = answers.includes("201") && answers.every((answer) => ["201", "503"].includes(answer));
  return { result: countAnswers(answers), isComplete };
}

/** How a load of the benchmark went. */
export function mixedResult({ rate, failed }: Pick<Measurement, "rate" | "failed">): LoadResult {
  return { result: `${rate.toFixed(0)} requests/s, ${failed} failed`, isComplete: failed === 0 };
}

/** Counts each answer. */
export function countAnswers(answers: readonly string[]): string {
  const groups = [...Map.groupBy(answers, (answer) => answer)];
  return groups.map(([answer, all]) => `${all.length} × ${answer}`).join(", ");
}
