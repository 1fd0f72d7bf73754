import { expect } from "chai";
import { expectStack, refusal } from "./support/configurations.ts";
import { combinations, pairs, title } from "./support/setting-matrix.ts";
import { restorePath } from "./support/fake-minikube.ts";

describe("the configuration's combinations", function () {
  this.timeout(60_000);
  after(restorePath);

  it("are refused in one sentence that says what to do, or accepted", () => {
    const all = combinations();
    const sentences = all.map(refusal).filter((sentence) => sentence !== undefined);
    for (const sentence of sentences) expect(sentence).to.match(/^[^\n]{20,220}$/);
    expect(all).to.have.length(1620);
    expect(sentences).to.have.length(840);
  });

  // Tests every pair of values. `npm run test:matrix` tests every combination.
  for (const values of pairs((candidate) => refusal(candidate) === undefined)) {
    it(title(values), () => expectStack(values));
  }
});
