import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { podCounter } from "../../page/ready-pods.ts";
import { turn } from "../support/pending-operations.ts";

describe("podCounter", () => {
  it("knows nothing without a name, and asks nobody", () => {
    const count = podCounter(undefined, () => Promise.reject(new Error("asked")));
    expect(count()).to.equal(undefined);
  });

  it("gives the last count at once, and makes the next after a second", async () => {
    const answers = [2, 3];
    const asked: string[] = [];
    const count = podCounter("web-pods", (host) => {
      asked.push(host);
      return Promise.resolve(answers.shift() ?? 0);
    });
    await turn();
    expect([count(), count()]).to.deep.equal([2, 2]);
    expect(asked).to.deep.equal(["web-pods"]);
    await sleep(1100);
    expect(count()).to.equal(2);
    await turn();
    expect(count()).to.equal(3);
    expect(asked).to.have.length(2);
  });

  it("asks one question at a time, and knows nothing more when the name is gone", async () => {
    let fail: (error: Error) => void = () => undefined;
    let asked = 0;
    const count = podCounter("web-pods", () => {
      asked++;
      return new Promise((_, reject) => (fail = reject));
    });
    expect([count(), count(), asked]).to.deep.equal([undefined, undefined, 1]);
    fail(new Error("ENOTFOUND"));
    await turn();
    expect(count()).to.equal(undefined);
  });

  for (const host of ["localhost", "127.0.0.1", "::1"]) {
    it(`counts the addresses of ${host}, of one family`, async () => {
      const count = podCounter(host);
      const end = Date.now() + 5000;
      while (count() === undefined && Date.now() < end) await sleep(20);
      expect(count()).to.equal(1);
    });
  }
});
