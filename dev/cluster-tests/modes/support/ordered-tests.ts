/** Skips the rest of a suite after its first failure, for tests that depend on each other. Call it inside the suite. */
export function stopAtFirstFailure(): void {
  let hasFailed = false;
  afterEach(function () {
    hasFailed ||= this.currentTest?.state === "failed";
  });
  beforeEach(function () {
    if (hasFailed) this.skip();
  });
}
