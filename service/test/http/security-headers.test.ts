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
    "a path that is not there": () => service.request("/nothing"),
    "a method that is not there": () => service.request("/data", { method: "PUT" }),
    "what is refused": () => service.request("/data", jsonInit("{")),
    "a form from elsewhere": () =>
      service.request("/", { ...jsonInit("", "text/plain"), headers: { Origin: "null" } }),
    "what is not HTTP": () => send(service, "hello\r\n\r\n"),
    "too large headers": () => send(service, `GET / HTTP/1.1\r\nA: ${"b".repeat(20_000)}\r\n\r\n`),
    CONNECT: () => send(service, "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"),
  };
  for (const [what, ask] of Object.entries(answers)) {
    it(`are on the answer to ${what}, which does not say what serves`, async () => {
      const { headers } = await ask();
      const given = (name: string) => headers.get(name);
      expect(given("Content-Security-Policy"))
        .to.match(/^default-src 'none'; /)
        .and.include("frame-ancestors 'none'");
      expect(given("X-Content-Type-Options")).to.equal("nosniff");
      expect(given("Referrer-Policy")).to.equal("same-origin");
      expect(given("Cross-Origin-Resource-Policy")).to.equal("same-origin");
      expect(given("Cross-Origin-Opener-Policy")).to.equal("same-origin");
      expect(given("Cache-Control")).to.equal("no-store");
      expect(given("Server")).to.equal(null);
      expect(given("X-Powered-By")).to.equal(null);
    });
  }

  it("allow nobody else's scripts to read an answer", async () => {
    const headers = { Origin: "http://example.com", "Access-Control-Request-Method": "POST" };
    for (const method of ["GET", "OPTIONS"]) {
      const response = await service.request("/data", { method, headers });
      expect(response.headers.get("Access-Control-Allow-Origin")).to.equal(null);
    }
  });
});
