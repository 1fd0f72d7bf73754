import { expect } from "chai";
import Koa from "koa";
import { pino } from "pino";
import { assignRequestId } from "../http/request-log.ts";
import { answerErrors } from "../http/problem.ts";
import { expectProblem } from "./support/expect-problem.ts";
import { send } from "./support/raw-connection.ts";
import { startService, type TestService } from "./support/test-service.ts";

describe("createApp", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  for (const path of ["/nothing", "/data/a/b", "/health/none", "/%2e%2e/etc/passwd"]) {
    it(`answers 404 to ${path}`, async () => {
      const { pathname } = new URL(path, service.url);
      const detail = `The service has no route for ${pathname}: /openapi.json lists all routes.`;
      await expectProblem(await service.request(path), 404, "not_found", detail);
    });
  }

  const tricks = [
    "//data",
    "//example.com/data",
    "/data/../data",
    "/data/%2e%2e/health",
    "/data/..%2fhealth/live",
    "/./data",
    "/data/.",
    "/DATA/..;/health",
    "/%64ata/%2e",
    "/data%00",
    "/data%2f",
    "/data\\..\\health",
    "/%c0%ae%c0%ae/",
    "/__proto__",
    "/constructor",
    "*",
    "http://example.com//data",
  ];
  for (const path of tricks) {
    it(`answers 404 to the unnormalized path ${path}`, async () => {
      const response = await send(service, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const { code } = (await response.clone().json()) as { code: string };
      expect(code).to.be.oneOf(["not_found", "document_not_found"]);
      await expectProblem(response, 404, code);
    });
  }

  it("logs one JSON line for each request, with the client's request id", async () => {
    const headers = { "X-Request-Id": "client-1" };
    const response = await service.request("/data?limit=1", { headers });
    expect(response.headers.get("X-Request-Id")).to.equal("client-1");
    const line = service.log.findLast(({ msg }) => msg === "request");
    expect(line).to.include({ requestId: "client-1", method: "GET", path: "/data", status: 200 });
    expect(line?.ms).to.be.a("number");
  });

  it("generates a request id if the client's id could forge a log line", async () => {
    const response = await service.request("/", { headers: { "X-Request-Id": 'a" b' } });
    expect(response.headers.get("X-Request-Id")).to.match(/^[0-9a-f-]{36}$/);
  });
});

describe("answerErrors", () => {
  it("answers 500 without details to an unexpected error, and logs the error", async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) });
    const app = new Koa().use(assignRequestId()).use(answerErrors(logger));
    app.use(() => {
      throw new Error("secret detail");
    });
    const server = app.listen(0);
    try {
      const { port } = server.address() as { port: number };
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(await response.clone().text()).not.to.include("secret");
      await expectProblem(response, 500, "internal");
      expect(lines.join("")).to.include("secret detail");
    } finally {
      server.close();
    }
  });
});
