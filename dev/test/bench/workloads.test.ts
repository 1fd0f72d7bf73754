import { expect } from "chai";
import { ids, requestsOf } from "../../bench/workloads.ts";

describe("requestsOf", () => {
  const requests = (...args: Parameters<typeof requestsOf>) =>
    requestsOf(...args).map(({ method, path }) => `${method ?? ""} ${path ?? ""}`);

  it("reads different documents, out of 10,000", () => {
    expect(new Set(ids)).to.have.property("size", 10_000);
    const reads = requests("byId", 64, ids, () => 0.5);
    expect(new Set(reads)).to.have.property("size", 64);
    expect(reads[0]).to.equal(`GET /data/${ids[5000] ?? ""}`);
  });

  it("lets each client start at another document, and starts over after the last document", () => {
    expect(requests("byId", 64, ids, () => 0)[0]).not.to.equal(requests("byId", 64, ids, () => 0.1)[0]);
    expect(requests("schemaRead", 64, ids, () => 0.9999)).to.include.members([
      `GET /orders/${ids[9999] ?? ""}`,
      `GET /orders/${ids[0] ?? ""}`,
    ]);
  });

  it("mixes one insert with four reads", () => {
    const mixed = requests("mix", 1);
    const inserts = mixed.filter((request) => request === "POST /data");
    expect(inserts.length / mixed.length).to.be.within(0.19, 0.21);
    expect(mixed.filter((request) => request.startsWith("GET /data/")).length).to.equal(
      mixed.length - inserts.length,
    );
  });
});
