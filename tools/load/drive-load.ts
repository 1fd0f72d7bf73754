import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../traffic/http-client.ts";
import { startClients } from "../traffic/closed-loop.ts";
import { startLoad, type Load } from "../traffic/open-loop.ts";
import { watchMemory } from "../traffic/pod-memory.ts";
import { watchPods } from "../traffic/ready-pod-watch.ts";
import { Latencies } from "../traffic/latencies.ts";
import { watchAutoscaler, whyUnscheduled, type Autoscaler } from "./watch-autoscaler.ts";
import { countCost } from "./client-cost.ts";
import type { Options } from "./load-options.ts";
import { isAtMinimum, type Recording } from "./load-recording.ts";
import { dataRequests } from "./request-mix.ts";
import type { LoadMeasurement } from "./load-findings.ts";

/** The service under load. */
export interface Target {
  readonly url: string;
  readonly profile: string;
  readonly namespace: string;
  readonly autoscaler: Autoscaler;
}

/** Limit of concurrent requests with a rate. A pod accepts more than this, even if all of them reach the same pod. */
const maxInFlight = 64;
/** Milliseconds that a request may wait to be sent. */
const maxWaitMs = 5000;
/** Requests on a connection, on average. */
const perConnection = 50;
/** Milliseconds between two progress lines, on a terminal and elsewhere. */
const terminalIntervalMs = 1000;
const logIntervalMs = 10_000;

/**
 * Sends a load to the service, then waits until the number of pods is the minimum again. Prints progress during both.
 * @param signal ends the run at any point; the outcome has everything observed until then
 */
export async function drive(
  target: Target,
  options: Options,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<LoadMeasurement> {
  const { url, profile, namespace, autoscaler } = target;
  const connections = "clients" in options.load ? options.load.clients : maxInFlight;
  const client = createClient(url, { connections, perConnection });
  const requests = dataRequests(client, options.mix);
  const cost = countCost();
  const load = start(options, () => requests.send());
  const pods = watchPods(profile, namespace, () => load.now());
  const scaling = watchAutoscaler(profile, namespace, () => load.now());
  const memory = watchMemory(profile, namespace);
  const reportProgress = progressReporter(load, say, () =>
    autoscalerLine(autoscaler, pods.changes, scaling.changes),
  );
  const record = (off: number): Recording => ({
    autoscaler,
    samples: load.samples,
    pods: pods.changes,
    scaling: scaling.changes,
    off,
    end: load.now(),
  });
  try {
    await until(() => load.now() >= options.seconds * 1000, reportProgress, signal);
    await load.stop();
    const off = load.now();
    await memory.stop();
    const used = cost();
    const left = await requests.clean();
    const wanted = scaling.changes.at(-1)?.wanted ?? 0;
    const isShort = wanted > (pods.changes.at(-1)?.ready ?? 0);
    const unscheduled = isShort ? await whyUnscheduled(profile, namespace) : undefined;
    const isOver = () =>
      load.now() - off >= options.wait * 1000 || isAtMinimum(autoscaler.min, pods.changes, scaling.changes);
    await until(isOver, reportProgress, signal);
    return { recording: record(off), cost: used, memory, left, unscheduled };
  } finally {
    await load.stop();
    await Promise.all([pods.stop(), scaling.stop(), memory.stop()]);
    client.close();
  }
}

function start({ load }: Options, send: () => ReturnType<ReturnType<typeof dataRequests>["send"]>): Load {
  return "clients" in load
    ? startClients({ clients: load.clients, send })
    : startLoad({ rate: load.rate, maxInFlight, maxWaitMs, send });
}

async function until(isDone: () => boolean, reportProgress: () => void, signal: AbortSignal): Promise<void> {
  const period = process.stdout.isTTY ? terminalIntervalMs : logIntervalMs;
  let reportedAt = performance.now();
  while (!isDone() && !signal.aborted) {
    await sleep(100, undefined, { signal }).catch(() => undefined);
    if (performance.now() - reportedAt < period) continue;
    reportedAt = performance.now();
    reportProgress();
  }
}

/** Returns a function that prints the progress since its last call. */
function progressReporter(load: Load, say: (line: string) => void, autoscaler: () => string): () => void {
  let reported = 0;
  let at = 0;
  let failed = 0;
  return () => {
    const fresh = load.samples.slice(reported);
    const now = load.now();
    const successful = fresh.filter(({ outcome }) => outcome === "ok");
    const p99 = Latencies.of(successful.map(({ ms }) => ms)).percentile(99);
    failed += fresh.length - successful.length;
    const rate = (successful.length / (now - at)) * 1000;
    say(
      `${(now / 1000).toFixed(0).padStart(4)} s  ${rate.toFixed(0).padStart(5)}/s  p99 ${p99.toFixed(0).padStart(4)} ms  ` +
        `${failed} failed  ${autoscaler()}`,
    );
    reported += fresh.length;
    at = now;
  };
}

function autoscalerLine(
  { target, max }: Autoscaler,
  pods: Recording["pods"],
  scaling: Recording["scaling"],
): string {
  const { current, wanted, cpu } = scaling.at(-1) ?? {};
  const ready = pods.at(-1)?.ready ?? 0;
  return `pods ${current ?? "?"} → ${wanted ?? "?"} of ${max}, ${ready} ready  CPU ${cpu ?? "?"} % (target ${target} %)`;
}
