import { expect } from "chai";
import { expectStack, settingsError } from "./support/configurations.ts";
import { combinations, pairs, title } from "./support/setting-matrix.ts";
import { restorePath } from "./support/fake-minikube.ts";

describe("the configuration's combinations", function () {
  this.timeout(60_000);
  after(restorePath);

  it("are accepted, or rejected with one line that says what to do", () => {
    const all = combinations();
    const sentences = all.map(settingsError).filter((sentence) => sentence !== undefined);
    for (const sentence of sentences) expect(sentence).to.match(/^[^\n]{20,220}$/);
    expect(all).to.have.length(1620);
    expect(sentences).to.have.length(840);
  });

  // Tests every pair of values. `npm run test:matrix` tests every combination.
  for (const values of pairs((candidate) => settingsError(candidate) === undefined)) {
    it(title(values), () => expectStack(values));
  }
});
