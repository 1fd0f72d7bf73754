/** Skips the rest of a suite whose tests build on each other, once one of them has failed. Call it inside the suite. */
export function stopAtFirstFailure(): void {
  let hasFailed = false;
  afterEach(function () {
    hasFailed ||= this.currentTest?.state === "failed";
  });
  beforeEach(function () {
    if (hasFailed) this.skip();
  });
}
