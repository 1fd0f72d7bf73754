import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import { parseTrust } from "../../http/trusted-proxies.ts";
import { startService, type TestService } from "../support/test-service.ts";

/** POSTs the page's form with these headers. `fetch` would set its own `Host`. */
function postForm(service: TestService, headers: Record<string, string>): Promise<[number, string]> {
  const type = { "Content-Type": "application/x-www-form-urlencoded" };
  return new Promise((resolve, reject) => {
    const answer = (response: IncomingMessage) => {
      void text(response).then((body) => {
        resolve([response.statusCode ?? 0, body]);
      });
    };
    request(service.url, { method: "POST", headers: { ...type, ...headers } }, answer)
      .on("error", reject)
      .end("message=x");
  });
}

describe("TRUSTED_PROXIES", () => {
  const started: TestService[] = [];
  const services: Record<string, TestService> = {};
  before(async () => {
    for (const trusted of ["", "1", "2", "loopback", "10.0.0.0/8"]) {
      const service = await startService(undefined, {}, {}, { trusts: parseTrust(trusted) });
      started.push(service);
      services[trusted] = service;
    }
  });
  after(() => Promise.all(started.map((service) => service.close())));
  const behind = (trusted: string): TestService => services[trusted] ?? expect.fail(trusted);

  const origin = "https://app.example:8443";
  const forms: [string, string, Record<string, string>, number][] = [
    ["a proxy that drops the port", "1", { Host: "app.example", Origin: origin }, 303],
    [
      "a proxy that sets X-Forwarded-Host",
      "loopback",
      { Host: "web", Origin: origin, "X-Forwarded-Host": "app.example:8443", "X-Forwarded-Proto": "https" },
      303,
    ],
    [
      "a proxy that writes the default port",
      "1",
      { Host: "web", Origin: "https://app.example", "X-Forwarded-Host": "app.example:443" },
      303,
    ],
    ["another site", "1", { Host: "app.example", Origin: "https://evil.example" }, 403],
    [
      "another port, which the proxy does not drop",
      "1",
      { Host: "app.example:8443", Origin: "https://app.example:9" },
      403,
    ],
    ["an origin that is null", "1", { Host: "app.example", Origin: "null" }, 403],
    ["a proxy that is not trusted", "", { Host: "app.example", Origin: origin }, 403],
    [
      "a header that is not trusted",
      "10.0.0.0/8",
      { Host: "web", Origin: origin, "X-Forwarded-Host": "app.example:8443" },
      403,
    ],
  ];
  for (const [what, trusted, headers, status] of forms) {
    it(`"${trusted}" answers ${status} to the page's form from ${what}`, async () => {
      expect((await postForm(behind(trusted), headers))[0]).to.equal(status);
    });
  }

  it("is named in the 403, with the values that differ", async () => {
    const [, body] = await postForm(behind(""), {
      Host: "app.example",
      Origin: origin,
      "X-Forwarded-Host": "a",
    });
    const { detail } = JSON.parse(body) as { detail: string };
    expect(detail)
      .to.include('Host "app.example"')
      .and.include(`Origin "${origin}"`)
      .and.include('X-Forwarded-Host "a"')
      .and.include("set TRUSTED_PROXIES");
  });

  for (const [trusted, forwarded, client] of [
    ["", "1.2.3.4", "127.0.0.1"],
    ["1", "6.6.6.6, 1.2.3.4", "1.2.3.4"],
    ["2", "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"],
    ["2", "1.2.3.4", "1.2.3.4"],
    ["loopback", "6.6.6.6, 1.2.3.4:5678, 127.0.0.9", "1.2.3.4"],
    ["loopback", "[2001:db8::1]:99", "2001:db8::1"],
    ["loopback", "", "127.0.0.1"],
    ["10.0.0.0/8", "1.2.3.4", "127.0.0.1"],
  ] as const) {
    it(`"${trusted}" logs ${client} for X-Forwarded-For: ${forwarded}`, async () => {
      const service = behind(trusted);
      await service.request("/data", { headers: { "X-Forwarded-For": forwarded, "X-Request-Id": "mine" } });
      const line = service.log.findLast(({ msg }) => msg === "request");
      expect(line).to.include({ client, requestId: "mine" });
    });
  }

  it("accepts only numbers, addresses and ranges", () => {
    for (const text of ["", "0", "3", "::1", "fd00::/8", "10.0.0.0/8, loopback,1.2.3.4"]) {
      expect(parseTrust(text), text).to.be.a("function");
    }
    for (const text of ["-1", "true", "all", "10.0.0.0/33", "10.0.0/8", "::1/129", "1.2.3.4/", "a,b"]) {
      expect(parseTrust(text), text).to.equal(undefined);
    }
  });
});
