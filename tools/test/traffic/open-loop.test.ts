import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { startLoad, type LoadOptions, type Result } from "../../traffic/open-loop.ts";

const ok: Result = { outcome: "ok" };

async function runLoad(ms: number, options: Pick<LoadOptions, "send"> & Partial<LoadOptions>) {
  const load = startLoad({ rate: 100, maxInFlight: 10, maxWaitMs: 1000, ...options });
  await sleep(ms);
  await load.stop();
  return load.samples;
}

describe("startLoad", () => {
  it("sends at its rate, however long the answers take", async () => {
    const slow = () => sleep(80, ok);
    expect((await runLoad(1000, { send: slow })).length).to.be.within(95, 105);
  });

  it("counts the time that a request waited for others", async () => {
    // One request at a time, 50 ms each: half a second fits ten. The last of them is due after 90 ms.
    const samples = await runLoad(500, { maxInFlight: 1, send: () => sleep(50, ok) });
    expect(samples.length).to.be.within(8, 11);
    expect(samples.at(-1)?.ms).to.be.within(350, 500);
  });

  it("counts requests that waited too long as rejected before they are sent", async () => {
    const samples = await runLoad(600, { maxInFlight: 1, maxWaitMs: 200, send: () => sleep(300, ok) });
    expect(samples.filter(({ outcome }) => outcome === "refused").length).to.be.within(5, 40);
    expect(samples.filter(({ outcome }) => outcome === "ok").length).to.be.within(2, 3);
  });

  it("never has more in flight than it may", async () => {
    let inFlight = 0;
    let most = 0;
    await runLoad(300, {
      maxInFlight: 3,
      send: async () => {
        most = Math.max(most, ++inFlight);
        await sleep(100);
        inFlight--;
        return ok;
      },
    });
    expect(most).to.equal(3);
    expect(inFlight).to.equal(0);
  });
});
