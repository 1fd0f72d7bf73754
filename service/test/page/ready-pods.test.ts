import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { podCounter } from "../../page/ready-pods.ts";
import { flushPromises } from "../support/pending-operations.ts";

describe("podCounter", () => {
  it("returns undefined without a name, and looks nothing up", () => {
    const count = podCounter(undefined, () => Promise.reject(new Error("lookup")));
    expect(count()).to.equal(undefined);
  });

  it("returns the last count at once, and starts the next lookup after a second", async () => {
    const answers = [2, 3];
    const lookups: string[] = [];
    const count = podCounter("web-pods", (host) => {
      lookups.push(host);
      return Promise.resolve(answers.shift() ?? 0);
    });
    await flushPromises();
    expect([count(), count()]).to.deep.equal([2, 2]);
    expect(lookups).to.deep.equal(["web-pods"]);
    await sleep(1100);
    expect(count()).to.equal(2);
    await flushPromises();
    expect(count()).to.equal(3);
    expect(lookups).to.have.length(2);
  });

  it("runs one lookup at a time, and returns undefined after an error", async () => {
    let fail: (error: Error) => void = () => undefined;
    let lookups = 0;
    const count = podCounter("web-pods", () => {
      lookups++;
      return new Promise((_, reject) => (fail = reject));
    });
    expect([count(), count(), lookups]).to.deep.equal([undefined, undefined, 1]);
    fail(new Error("ENOTFOUND"));
    await flushPromises();
    expect(count()).to.equal(undefined);
  });

  for (const host of ["localhost", "127.0.0.1", "::1"]) {
    it(`counts the addresses of ${host} in one family`, async () => {
      const count = podCounter(host);
      const end = Date.now() + 5000;
      while (count() === undefined && Date.now() < end) await sleep(20);
      expect(count()).to.equal(1);
    });
  }
});
