import { expect } from "chai";
import { expectProblem } from "../support/expect-problem.ts";
import { startService, type TestService } from "../support/test-service.ts";

describe("/health", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  for (const path of ["/health/live", "/health/ready"]) {
    it(`GET ${path} answers 200`, async () => {
      const response = await service.request(path);
      expect(response.status).to.equal(200);
      expect(await response.json()).to.deep.equal({ status: "ok" });
    });
  }

  it("GET /health returns version, uptime, MongoDB's state and round trip", async () => {
    const health = (await (await service.request("/health")).json()) as Record<string, unknown>;
    expect(health).to.include({ status: "ok", version: "1.2.3", pod: "pod-<1>" });
    expect(health.uptimeSeconds).to.be.a("number");
    const mongodb = health.mongodb as Record<string, unknown>;
    expect(mongodb.state).to.equal("connected");
    expect(mongodb.version).to.match(/^\d+\.\d+\.\d+/);
    expect(mongodb.roundTripMs).to.be.greaterThan(0);
  });

  describe("when the pod drains", () => {
    before(() => {
      service.draining = true;
    });
    after(() => {
      service.draining = false;
    });

    for (const path of ["/health", "/health/ready"]) {
      it(`GET ${path} answers 503`, async () => {
        await expectProblem(await service.request(path), 503, "draining");
      });
    }

    it("GET /health/live and /data still answer 200", async () => {
      expect((await service.request("/health/live")).status).to.equal(200);
      expect((await service.request("/data")).status).to.equal(200);
    });
  });
});
