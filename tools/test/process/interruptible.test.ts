import { expect } from "chai";
import { interruptible } from "../../process/interruptible.ts";
import { InterruptedError, UserError } from "../../process/user-error.ts";

describe("interruptible", () => {
  const whenAborted = async (signal: AbortSignal) =>
    await new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(new UserError("cut off"));
      });
    });
  const error = async (work: (signal: AbortSignal) => Promise<unknown>) =>
    await interruptible(work).catch((thrown: unknown) => thrown);
  const listeners = () => ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => process.listenerCount(signal));

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`cancels the work by ${signal}, waits for its end, and says so`, async () => {
      const before = listeners();
      let cleaned = false;
      const running = error(async (aborted) => {
        await whenAborted(aborted).finally(async () => {
          await Promise.resolve();
          cleaned = true;
        });
      });
      process.emit(signal);
      const thrown = await running;
      expect(thrown).to.be.instanceOf(InterruptedError);
      expect((thrown as Error).message).to.equal("Interrupted.");
      expect(cleaned).to.equal(true);
      expect(listeners()).to.deep.equal(before);
    });
  }

  it("returns what the work returns, and throws what it throws", async () => {
    expect(await interruptible(() => Promise.resolve(3))).to.equal(3);
    const own = new UserError("own");
    expect(await error(() => Promise.reject(own))).to.equal(own);
  });

  it("leaves the work its own words for the interruption", async () => {
    const own = new InterruptedError("Interrupted. A part is there.");
    const running = error((signal) => whenAborted(signal).catch(() => Promise.reject(own)));
    process.emit("SIGINT");
    expect(await running).to.equal(own);
  });
});
