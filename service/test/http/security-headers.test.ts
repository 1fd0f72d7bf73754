import { expect } from "chai";
import { send } from "../support/raw-connection.ts";
import { jsonInit, startService, type TestService } from "../support/test-service.ts";

describe("the security headers", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  const answers: Record<string, () => Promise<Response>> = {
    "the page": () => service.request("/"),
    "a list": () => service.request("/data"),
    "a stored document": () => service.post({}),
    "a health check": () => service.request("/health"),
    "the OpenAPI document": () => service.request("/openapi.json"),
    "an unknown path": () => service.request("/nothing"),
    "an unsupported method": () => service.request("/data", { method: "PUT" }),
    "a rejected document": () => service.request("/data", jsonInit("{")),
    "a form from another site": () =>
      service.request("/", { ...jsonInit("", "text/plain"), headers: { Origin: "null" } }),
    "bytes that are not HTTP": () => send(service, "hello\r\n\r\n"),
    "too large headers": () => send(service, `GET / HTTP/1.1\r\nA: ${"b".repeat(20_000)}\r\n\r\n`),
    CONNECT: () => send(service, "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"),
  };
  for (const [what, sendRequest] of Object.entries(answers)) {
    it(`are on the answer to ${what}, which does not name the server's software`, async () => {
      const { headers } = await sendRequest();
      const header = (name: string) => headers.get(name);
      expect(header("Content-Security-Policy"))
        .to.match(/^default-src 'none'; /)
        .and.include("frame-ancestors 'none'");
      expect(header("X-Content-Type-Options")).to.equal("nosniff");
      expect(header("Referrer-Policy")).to.equal("same-origin");
      expect(header("Cross-Origin-Resource-Policy")).to.equal("same-origin");
      expect(header("Cross-Origin-Opener-Policy")).to.equal("same-origin");
      expect(header("Cache-Control")).to.equal("no-store");
      expect(header("Server")).to.equal(null);
      expect(header("X-Powered-By")).to.equal(null);
    });
  }

  it("allow no script of another site to read an answer", async () => {
    const headers = { Origin: "http://example.com", "Access-Control-Request-Method": "POST" };
    for (const method of ["GET", "OPTIONS"]) {
      const response = await service.request("/data", { method, headers });
      expect(response.headers.get("Access-Control-Allow-Origin")).to.equal(null);
    }
  });
});
