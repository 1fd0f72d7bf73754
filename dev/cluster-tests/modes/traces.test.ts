import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { requestUntil, names } from "../support/running-cluster.ts";
import { kubectl } from "../support/cluster-kubectl.ts";
import { onePod, until, untilStackReady, webSelector } from "../support/stack-pods.ts";
import { createTestStack, type Outputs } from "../support/test-stack.ts";
import { stopAtFirstFailure } from "./support/ordered-tests.ts";
import { needsImage } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";
import { costOf, serviceLog, type Cost, type LogLine } from "./support/service-cost.ts";
import { collectorImage, installCollector, type Collector } from "./support/trace-collector.ts";

const collectorNamespace = "koa-mongo-stack-modes-traces";
/** A traced route without MongoDB, because MongoDB's time would be measured, too. */
const path = "/openapi.json";
/** More spans than the 2048 that OpenTelemetry keeps. */
const many = 3000;
const lost = "traces are lost: the collector does not accept them";
const again = "the collector accepts traces again";

describe("traces: the stack with OpenTelemetry's collector", () => {
  const removals = removeAfter();
  let collector: Collector;
  let outputs: Outputs;
  let usual: Cost;

  before(async function () {
    await needsImage(this, collectorImage);
    collector = await installCollector(collectorNamespace);
    removals.push(collector.remove);
    const stack = await createTestStack("traces");
    removals.push(() => stack.remove());
    await stack.set("otlpEndpoint", collector.endpoint);
    await stack.set("minReplicas", "1");
    await stack.set("maxReplicas", "1");
    ({ outputs } = await stack.up());
  });
  stopAtFirstFailure();

  it("adds the request and MongoDB's command to the client's trace", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, "Content-Type": "application/json" };
    const response = await fetch(`${outputs.url}/data`, { method: "POST", headers, body: '{"a":1}' });
    expect(response.status).to.equal(201);
    await until("the collector has both spans", 60, async () => (await collector.spans(traceId)).length >= 2);
    const spans = await collector.spans(traceId);
    const request = spans.find(({ kind }) => kind === "Server");
    const command = spans.find(({ kind }) => kind === "Client");
    expect(request).to.include({ name: "POST /data", parentId: "b7ad6b7169203331" });
    expect(command).to.include({ name: "insert data", parentId: request?.spanId });
    expect(await loggedRequest(traceId)).to.include({ method: "POST", path: "/data", status: 201 });
  });

  it("uses one trace id in spans, log and problem", async () => {
    const id = "0".repeat(24);
    const response = await fetch(`${outputs.url}/data/${id}`);
    expect(response.status).to.equal(404);
    expect(response.headers.get("Content-Type")).to.include("application/problem+json");
    const { traceId, requestId } = (await response.json()) as { traceId: string; requestId: string };
    await until("the collector has both spans", 60, async () => (await collector.spans(traceId)).length >= 2);
    const spans = await collector.spans(traceId);
    expect(spans.map(({ name }) => name)).to.have.members(["GET /data/:id", "find data"]);
    expect(await loggedRequest(traceId)).to.include({ requestId, path: `/data/${id}`, status: 404 });
  });

  it("measures the cost of requests with the collector", async () => {
    await cost(many);
    usual = await cost(many);
    expect(usual.failed).to.equal(0);
    expect(await outages()).to.deep.equal([]);
  });

  it("costs nothing when the collector rejects connections", async () => {
    await collector.scale(0);
    await costsNothing();
    await until("the outage is logged", 60, async () => (await outages()).length > 0);
    await collector.scale(1);
    await untilSpansArrive();
    await until("the end of the outage is logged", 30, async () => (await outages()).length > 1);
    expect(await outages()).to.deep.equal([lost, again]);
  });

  it("costs nothing when the collector hangs, and a rollout fails no request", async () => {
    const resume = await collector.suspend();
    await costsNothing();
    await until("the outage is logged", 60, async () => (await outages()).length === 3);

    const failures: string[] = [];
    const done = new AbortController();
    const requests = requestUntil(done.signal, `${outputs.url}/data`, failures);
    const [deployment = ""] = await names("deployments", outputs.namespace);
    await kubectl("rollout", "restart", deployment, "--namespace", outputs.namespace);
    await untilStackReady(outputs.namespace);
    done.abort();
    expect(await requests).to.be.greaterThan(20);
    expect(failures).to.deep.equal([]);

    await resume();
    await untilSpansArrive();
  });

  async function cost(count: number): Promise<Cost> {
    return await costOf(await onePod(outputs.namespace, webSelector), path, count);
  }

  /** Fills the span buffer, and sends as many spans again: latency and memory must not grow. */
  async function costsNothing(): Promise<void> {
    const full = await cost(many);
    const later = await cost(many);
    console.log(`      usual ${text(usual)}, without the collector ${text(full)}, later ${text(later)}`);
    expect([full.failed, later.failed]).to.deep.equal([0, 0]);
    // The limits allow for other work on the machine.
    expect(Math.min(full.medianMs, later.medianMs)).to.be.lessThan(usual.medianMs * 1.5 + 2);
    expect(later.memoryMiB - usual.memoryMiB).to.be.lessThan(24);
    const { status } = await onePod(outputs.namespace, webSelector);
    expect(status.containerStatuses?.[0]?.restartCount).to.equal(0);
    const messages = (await serviceLog(outputs.namespace)).map(({ msg = "" }) => msg);
    // Messages about the start of a pod or a slow MongoDB don't concern tracing.
    const others = messages.filter((msg) => !/^request$|listening|MongoDB|service unavailable/.test(msg));
    expect(others.filter((msg) => msg !== lost && msg !== again)).to.deep.equal([]);
    expect(others.length).to.be.lessThan(4);
  }

  async function loggedRequest(traceId: string): Promise<LogLine | undefined> {
    const find = async () =>
      (await serviceLog(outputs.namespace)).find(
        (line) => line.msg === "request" && line.traceId === traceId,
      );
    await until("the log has the request", 30, async () => (await find()) !== undefined);
    return await find();
  }

  async function outages(): Promise<(string | undefined)[]> {
    return (await serviceLog(outputs.namespace))
      .map(({ msg }) => msg)
      .filter((msg) => msg === lost || msg === again);
  }

  /** Waits until the collector receives new spans after an outage. Lost spans are not sent again. */
  async function untilSpansArrive(): Promise<void> {
    const traceId = randomBytes(16).toString("hex");
    await until("the collector has spans again", 120, async () => {
      await fetch(`${outputs.url}${path}`, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
      return (await collector.spans(traceId)).length > 0;
    });
  }
});

function text({ medianMs, memoryMiB }: Cost): string {
  return `${medianMs.toFixed(1)} ms and ${memoryMiB.toFixed(0)} MiB`;
}
