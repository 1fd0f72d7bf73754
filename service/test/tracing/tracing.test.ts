import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
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
    tracing = startTracing({ endpoint, version: "1.2.3", podName: "pod-1" });
    service = await startService(undefined, {}, {}, { tracing });
  });
  afterEach(async () => {
    await service.close();
    await tracing.close();
    collector.close();
    collector.closeAllConnections();
  });

  const named = (name: string) => spans.filter((span) => span.name === name);
  const attribute = (span: Span | undefined, key: string) =>
    Object.values(span?.attributes.find((attr) => attr.key === key)?.value ?? {})[0];

  it("has a span for the request and one for MongoDB's command, in the trace of who asked", async () => {
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

  it("gives log and problem the id of the trace", async () => {
    const response = await service.request("/data?limit=0");
    const { traceId } = (await response.json()) as { traceId: string };
    expect(traceId).to.match(/^[0-9a-f]{32}$/);
    expect(service.log.findLast(({ msg }) => msg === "request")).to.include({ traceId });
    await tracing.close();
    expect(named("GET /data")[0]).to.include({ traceId });
  });

  it("calls our own faults errors, and leaves out the probes", async () => {
    service.draining = true;
    await service.request("/health/ready");
    await service.request("/health");
    await tracing.close();
    expect(spans.filter(({ name }) => name === "GET /health/ready")).to.deep.equal([]);
    expect(named("GET /health")[0]?.status.code).to.equal(2);
  });

  it("does not wait for a collector that is away", async () => {
    collector.close();
    collector.closeAllConnections();
    await service.request("/data");
    const start = performance.now();
    await tracing.close();
    expect(performance.now() - start).to.be.lessThan(3000);
  });
});
