import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../../tools/traffic/request-samples.ts";
import { cpuSeconds } from "./process-usage.ts";

/** A load: every client sends its next request when it has the answer to the last one. */
export interface Load {
  readonly port: number;
  /** Process whose CPU time counts. */
  readonly pid: number;
  /** Connections at once. */
  readonly clients: number;
  readonly mix: Mix;
  /** Milliseconds before the measurement. */
  readonly warmUp: number;
  /** Milliseconds of the measurement. */
  readonly duration: number;
}

/** What is asked: lists, inserts, or both by turns. */
export type Mix = "GET" | "POST" | "mixed";

/** What came of a load. */
export interface Measurement {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server's CPU for a request, and of this client's. */
  readonly cpu: number;
  readonly clientCpu: number;
  /** Answers that were not 200 or 201. */
  readonly failed: number;
}

const body =
  '{"name":"Ada Lovelace","text":"The quick brown fox jumps over the lazy dog.","tags":["a","b"],"n":42}';
const get = Buffer.from("GET /data?limit=20 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
const post = Buffer.from(
  "POST /data HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
    `Content-Length: ${body.length}\r\n\r\n${body}`,
);
const requests: Record<Mix, readonly Buffer[]> = { GET: [get], POST: [post], mixed: [get, post] };

const headEnd = Buffer.from("\r\n\r\n");
const lengthName = Buffer.from("ength: ");

/** Bytes of the answer that begins here, or undefined while its head is not complete. */
function answerLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return undefined;
  const at = bytes.indexOf(lengthName);
  if (at === -1 || at > end) throw new Error(`no Content-Length: ${bytes.toString("latin1", 0, end)}`);
  let length = 0;
  for (let i = at + lengthName.length; bytes[i] !== 13; i++) length = length * 10 + (bytes[i] ?? 0) - 48;
  return end + 4 + length;
}

/** Runs a load. Its own HTTP, because Node's client costs more than the servers that are measured. */
export async function run({ port, pid, clients, mix, warmUp, duration }: Load): Promise<Measurement> {
  const asked = requests[mix];
  const sockets: Socket[] = [];
  let times: number[] = [];
  let failed = 0;

  function client(n: number): Promise<void> {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    socket.setNoDelay(true);
    let turn = n;
    let sent = 0;
    let awaited: number | undefined;
    let rest: Buffer | undefined;
    const send = () => {
      sent = performance.now();
      socket.write(asked[turn++ % asked.length] ?? get);
    };
    socket.on("data", (chunk) => {
      rest = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
      awaited ??= answerLength(rest);
      if (awaited === undefined || rest.length < awaited) return;
      // HTTP/1.1 20x
      if (rest[9] !== 50) failed++;
      rest = awaited = undefined;
      times.push(performance.now() - sent);
      send();
    });
    return new Promise((_, reject) => {
      socket.on("connect", send);
      socket.on("error", reject);
      socket.on("end", () => {
        reject(new Error("the server has ended a connection"));
      });
    });
  }

  const broken = Promise.race(Array.from({ length: clients }, (_, i) => client(i)));
  const measured = async () => {
    await sleep(warmUp);
    times = [];
    const [start, cpu, own] = [performance.now(), cpuSeconds(pid), process.cpuUsage()];
    await sleep(duration);
    const seconds = (performance.now() - start) / 1000;
    const used = cpuSeconds(pid) - cpu;
    const ownUsed = process.cpuUsage(own);
    for (const socket of sockets) socket.removeAllListeners("end").destroy();
    return summarize(times, seconds, used, (ownUsed.user + ownUsed.system) / 1e6, failed);
  };
  return await Promise.race([measured(), broken as Promise<never>]);
}

function summarize(
  times: number[],
  seconds: number,
  cpu: number,
  clientCpu: number,
  failed: number,
): Measurement {
  const sorted = times.sort((a, b) => a - b);
  const each = (used: number) => (used / times.length) * 1e6;
  return {
    rate: times.length / seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    cpu: each(cpu),
    clientCpu: each(clientCpu),
    failed,
  };
}

// In a process of its own, for its CPU time not to be anybody else's.
process.on("message", (load: Load) => {
  run(load).then(
    (measurement) => process.send?.({ measurement }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
