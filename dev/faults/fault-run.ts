import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../cluster-tests/support/running-cluster.ts";
import { createTestStack, type Outputs, type TestStack } from "../cluster-tests/support/test-stack.ts";
import { createClient, type Client } from "../../tools/traffic/http-client.ts";
import { profile } from "../cluster-tests/support/cluster-kubectl.ts";
import { until, untilStackReady } from "../cluster-tests/support/stack-pods.ts";
import { findDocument, Ledger, type Loss } from "../cluster-tests/traffic/write-ledger.ts";
import { startLoad, type Load } from "../../tools/traffic/open-loop.ts";
import { mixedRequests } from "../cluster-tests/traffic/verified-requests.ts";
import { watchPods, type PodWatch } from "../../tools/traffic/ready-pod-watch.ts";
import { summarize, type Sample, type Summary } from "../../tools/traffic/request-samples.ts";
import { table, type Row } from "./fault-table.ts";
import { drawTimeline, type Moment } from "./fault-timeline.ts";

/** Requests per second. */
const rate = 210;
/** Maximum number of in-flight requests: those due within one second, the time that an answer may take. */
const maxInFlight = 220;
/** Maximum milliseconds between the due time of a request and its start. */
const maxDelayMs = 5000;
/** Minimum duration of a disruption under load, in milliseconds. Six of them reach the 50,000 requests. */
const minDurationMs = 45_000;
/** Milliseconds without any failed request after which the service counts as recovered. */
const recoveryMs = 5000;
/** Number of the service's pods. The autoscaler adds none, so the number is known in each disruption. */
const replicas = 2;

const folder = join(import.meta.dirname, "../../.faults");

/** A disruption and its time window. */
interface Window {
  readonly fault: string;
  readonly from: number;
  readonly to: number;
  readonly notes: readonly string[];
}

/** A dedicated stack under constant load. */
export class FaultRun {
  readonly stack: TestStack;
  readonly #client: Client;
  readonly #ledger = new Ledger();
  readonly #load: Load;
  readonly #pods: PodWatch;
  readonly #windows: Window[] = [];
  readonly #moments: Moment[] = [];
  #outputs: Outputs;

  private constructor(stack: TestStack, outputs: Outputs) {
    this.stack = stack;
    this.#outputs = outputs;
    this.#client = createClient(outputs.url, { connections: maxInFlight });
    const send = mixedRequests(this.#client, this.#ledger, () => this.#load.now());
    this.#load = startLoad({ rate, maxInFlight, maxWaitMs: maxDelayMs, send });
    this.#pods = watchPods(profile, outputs.namespace, () => this.#load.now());
  }

  /** Deploys the stack, and starts the load. */
  static async start(): Promise<FaultRun> {
    const stack = await createTestStack("faults");
    try {
      await setReplicas(stack, replicas);
      const { outputs } = await stack.up();
      await eventually(`${outputs.url}/health/ready`, ({ status }) => status === 200);
      return new FaultRun(stack, outputs);
    } catch (error) {
      await stack.remove();
      throw error;
    }
  }

  get namespace(): string {
    return this.#outputs.namespace;
  }

  get url(): string {
    return this.#outputs.url;
  }

  /** Runs `pulumi up`. */
  async up(): Promise<void> {
    ({ outputs: this.#outputs } = await this.stack.up());
  }

  /** Marks a moment in the timeline. */
  mark(name: string): void {
    this.#moments.push({ at: this.#load.now(), name });
  }

  /** Milliseconds from a moment until the end of the last failed request. 0 if no request failed after the moment. */
  lastFailureAfter(moment: number): number {
    const failure = this.#lastFailure();
    return failure === undefined ? 0 : Math.max(0, failure.due + failure.ms - moment);
  }

  /** Summary of the load from a moment until now. */
  since(moment: number): Summary {
    return summarize(this.#load.samples, moment, this.#load.now());
  }

  /** Milliseconds since the load began. */
  now(): number {
    return this.#load.now();
  }

  /**
   * Causes a disruption, waits until the stack has recovered by itself, and returns a summary of the load.
   * @param cause returns notes for the report
   */
  async under(fault: string, cause: () => Promise<readonly string[]>): Promise<Summary> {
    await this.#untilRecovered();
    const from = this.#load.now();
    this.mark(fault);
    try {
      const notes = await cause();
      await untilStackReady(this.namespace);
      await this.#untilRecovered();
      await sleep(Math.max(0, from + minDurationMs - this.#load.now()));
      return await this.#conclude(fault, from, notes);
    } catch (error) {
      await this.#conclude(fault, from, [(error as Error).message.split("\n")[0] ?? ""]);
      throw error;
    }
  }

  async #conclude(fault: string, from: number, notes: readonly string[]): Promise<Summary> {
    const to = this.#load.now();
    this.#windows.push({ fault, from, to, notes });
    // Requests that were due at the window's end are still in flight.
    await sleep(2000);
    const summary = summarize(this.#load.samples, from, to);
    const { requests, failed, shed, p99, reasons } = summary;
    console.log(`      ${requests} requests, ${failed} failed, ${shed} × 503, p99 ${p99.toFixed(0)} ms`);
    for (const [reason, count] of reasons) console.log(`      ${count} × ${reason}`);
    return summary;
  }

  /**
   * Ends the load, looks for every acknowledged write, reports, and destroys the stack.
   * @throws {Error} a write is lost
   */
  async finish(): Promise<void> {
    try {
      await this.#load.stop();
      await this.#pods.stop();
      const losses = await this.#ledger.losses((id) => findDocument(this.#client, id));
      await this.#report(losses);
      if (losses.length > 0) throw new Error(`acknowledged writes are lost: ${JSON.stringify(losses)}`);
    } finally {
      this.#client.close();
      await this.stack.remove();
    }
  }

  async #untilRecovered(): Promise<void> {
    const start = this.#load.now();
    await until(`no request fails for ${recoveryMs / 1000} s`, 240, () => {
      const since = this.#load.now() - recoveryMs;
      return since > start && (this.#lastFailure()?.due ?? 0) < since;
    });
  }

  /** Samples are in the order of their answers. */
  #lastFailure(): Sample | undefined {
    return this.#load.samples.findLast(({ outcome }) => outcome !== "ok");
  }

  async #report(losses: readonly Loss[]): Promise<void> {
    const { samples } = this.#load;
    const rows = this.#windows.map(({ fault, from, to, notes }): Row => {
      const lost = losses.filter(({ at }) => at >= from && at < to).length;
      return {
        fault,
        notes,
        lost,
        acknowledged: this.#ledger.acknowledged(from, to),
        ...summarize(samples, from, to),
      };
    });
    const text = table(rows);
    console.log(`\n${text}\n`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "table.md"), `${text}\n`);
    const timeline = { samples, moments: this.#moments, pods: this.#pods.changes };
    await writeFile(join(folder, "timeline.svg"), await drawTimeline(timeline));
  }
}

/** Sets a fixed number of the service's pods, independent of their CPU usage. */
export async function setReplicas(stack: TestStack, count: number): Promise<void> {
  await stack.set("minReplicas", String(count));
  await stack.set("maxReplicas", String(count));
}
