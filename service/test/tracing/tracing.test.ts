import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import type { Logger } from "pino";
import { startTracing, type Tracing } from "../../tracing/start-tracing.ts";
import { startService, type TestService } from "../support/test-service.ts";

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly status: { code?: number };
}

const [server, client] = [2, 3];

describe("tracing", () => {
  let collector: Server;
  let spans: Span[];
  let received: string;
  let tracing: Tracing;
  let service: TestService;
  let warnings: string[] = [];
  const record = (...args: unknown[]) => void warnings.push(String(args.at(-1)));
  const logger = { warn: record, info: record } as unknown as Pick<Logger, "warn" | "info">;

  beforeEach(async () => {
    spans = [];
    received = "";
    collector = createServer((request, response) => {
      void text(request).then((body) => {
        received += `${request.url} ${body}`;
        const { resourceSpans } = JSON.parse(body) as {
          resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
        };
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
        response.setHeader("Content-Type", "application/json");
        response.end("{}");
      });
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: "koa-mongo-stack" });
  });

  /** Starts tracing and the service with additional OpenTelemetry variables. */
  async function start(env: Record<string, string>): Promise<void> {
    Object.assign(process.env, env);
    tracing = startTracing({ version: "1.2.3", podName: "pod-1", logger });
    service = await startService(undefined, {}, {}, { tracing });
  }
  async function restart(env: Record<string, string>): Promise<void> {
    await service.close();
    await tracing.close();
    spans = [];
    received = "";
    await start(env);
  }
  afterEach(async () => {
    for (const name of Object.keys(process.env))
      if (name.startsWith("OTEL_")) Reflect.deleteProperty(process.env, name);
    warnings = [];
    await service.close();
    await tracing.close();
    collector.close();
    collector.closeAllConnections();
  });

  const named = (name: string) => spans.filter((span) => span.name === name);
  const attribute = (span: Span | undefined, key: string) =>
    Object.values(span?.attributes.find((attr) => attr.key === key)?.value ?? {})[0];

  it("has a span for the request and one for MongoDB's command, in the client's trace", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, "Content-Type": "application/json" };
    const body = '{"secret":"hunter2"}';
    const { status } = await service.request("/data", { method: "POST", headers, body });
    expect(status).to.equal(201);
    await tracing.close();
    const [request, ...others] = named("POST /data");
    const [command] = named("insert data");
    expect(others).to.deep.equal([]);
    expect(request).to.include({ traceId, parentSpanId: "b7ad6b7169203331", kind: server });
    expect(command).to.include({ traceId, parentSpanId: request?.spanId, kind: client });
    expect(attribute(request, "http.route")).to.equal("/data");
    expect(attribute(request, "http.response.status_code")).to.equal(201);
    expect(attribute(command, "db.system.name")).to.equal("mongodb");
    expect(attribute(command, "server.address")).to.match(/^[^:]+$/);
    expect(attribute(command, "server.port")).to.be.a("number");
    expect(received).to.include("/v1/traces ").and.include('"koa-mongo-stack"').and.include('"pod-1"');
    expect(received).not.to.include("hunter2");
  });

  it("adds the trace id to log and problem", async () => {
    const response = await service.request("/data?limit=0");
    const { traceId } = (await response.json()) as { traceId: string };
    expect(traceId).to.match(/^[0-9a-f]{32}$/);
    expect(service.log.findLast(({ msg }) => msg === "request")).to.include({ traceId });
    await tracing.close();
    expect(named("GET /data")[0]).to.include({ traceId });
  });

  it("marks spans of 503 as errors, and creates no span for probes", async () => {
    service.draining = true;
    await service.request("/health/ready");
    await service.request("/health");
    await tracing.close();
    expect(spans.filter(({ name }) => name === "GET /health/ready")).to.deep.equal([]);
    expect(named("GET /health")[0]?.status.code).to.equal(2);
  });

  it("does not wait for an unavailable collector", async () => {
    collector.close();
    collector.closeAllConnections();
    await service.request("/data");
    const start = performance.now();
    await tracing.close();
    expect(performance.now() - start).to.be.lessThan(3000);
  });

  it("logs the beginning and the end of a collector's outage, and no more", async () => {
    let status = 500;
    let exports = 0;
    const { port } = collector.address() as AddressInfo;
    collector.removeAllListeners("request");
    collector.on("request", (request, response) => {
      exports++;
      request.resume();
      response.writeHead(status).end("{}");
    });
    await restart({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: "10",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "1",
    });
    await untilExports(3);
    expect(warnings).to.deep.equal(["traces are lost: the collector does not accept them"]);
    status = 200;
    await untilExports(3);
    expect(warnings.slice(1)).to.deep.equal(["the collector accepts traces again"]);

    /** Sends requests until the collector has received `more` further exports. */
    async function untilExports(more: number): Promise<void> {
      const wanted = exports + more;
      const end = Date.now() + 5000;
      while (exports < wanted && Date.now() < end) await service.request("/data");
      expect(exports).to.be.at.least(wanted);
    }
  });

  it("reads the resource from OpenTelemetry's variables", async () => {
    await restart({
      OTEL_SERVICE_NAME: "shop",
      OTEL_RESOURCE_ATTRIBUTES: "service.instance.id=mine,team=tea%20room",
    });
    await service.request("/data");
    await tracing.close();
    expect(received)
      .to.include('"shop"')
      .and.include('"mine"')
      .and.include('"tea room"')
      .and.include('"1.2.3"');
    expect(received).not.to.include("koa-mongo-stack-").and.not.include("pod-1");
  });

  it("samples according to OTEL_TRACES_SAMPLER", async () => {
    const sampled = async (env: Record<string, string>, headers = {}) => {
      await restart(env);
      await service.request("/data", { headers });
      await tracing.close();
      return spans.length > 0;
    };
    const parent = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    expect(await sampled({ OTEL_TRACES_SAMPLER: "always_off" })).to.equal(false);
    expect(await sampled({ OTEL_TRACES_SAMPLER: "parentbased_always_off" })).to.equal(false);
    expect(await sampled({}, parent)).to.equal(true);
    const ratio = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" };
    expect(await sampled(ratio)).to.equal(false);
    expect(await sampled({ OTEL_TRACES_SAMPLER_ARG: "1" })).to.equal(true);
    expect(warnings).to.deep.equal([]);
  });

  it("continues no trace with OTEL_PROPAGATORS none", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    for (const [propagators, continues] of [
      ["none", false],
      ["baggage", false],
      ["baggage,tracecontext", true],
    ] as const) {
      await restart({ OTEL_PROPAGATORS: propagators });
      await service.request("/data", { headers });
      await tracing.close();
      expect(named("GET /data")[0]?.traceId === traceId, propagators).to.equal(continues);
    }
  });

  it("warns about unknown values, and uses the defaults", async () => {
    await restart({ OTEL_TRACES_SAMPLER: "some", OTEL_PROPAGATORS: "b3,tracecontext" });
    await service.request("/data");
    await tracing.close();
    expect(named("GET /data")).to.have.length(1);
    expect(warnings.join("\n"))
      .to.match(/OTEL_TRACES_SAMPLER must be one of .* not "some"/)
      .and.match(/OTEL_PROPAGATORS .* not "b3"/);
  });

  it("sends to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it is", async () => {
    const { port } = collector.address() as AddressInfo;
    await restart({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/mine` });
    await service.request("/data");
    await tracing.close();
    expect(received).to.match(/^\/mine /);
  });
});
