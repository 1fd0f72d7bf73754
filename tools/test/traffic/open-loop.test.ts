import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { startLoad, type LoadOptions, type Result } from "../../traffic/open-loop.ts";

const ok: Result = { outcome: "ok" };

/** A load of 100 requests/s. Its first request is answered only when `release` is called. */
function startHeldLoad(options: Partial<LoadOptions> = {}) {
  const first = Promise.withResolvers<Result>();
  let sent = 0;
  const load = startLoad({
    rate: 100,
    maxInFlight: 1,
    maxWaitMs: 1000,
    send: () => (sent++ === 0 ? first.promise : Promise.resolve(ok)),
    ...options,
  });
  const release = () => {
    first.resolve(ok);
  };
  return { load, release };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(1);
}

describe("startLoad", () => {
  it("schedules requests at its rate, however long an answer takes", async () => {
    const { load, release } = startHeldLoad({ maxInFlight: 10 });
    await until(() => load.samples.length >= 50);
    expect(load.now()).to.be.at.least(500);
    expect(load.samples.map(({ due }) => due)).to.deep.equal(load.samples.map((_, i) => 10 * (i + 1)));
    release();
    await load.stop();
    expect(load.samples.at(-1)?.due).to.equal(0);
  });

  it("counts the time that a request waited for others", async () => {
    const { load, release } = startHeldLoad();
    await until(() => load.now() >= 300);
    release();
    await until(() => load.samples.length >= 10);
    await load.stop();
    for (const { due, ms } of load.samples.slice(0, 10)) expect(due + ms).to.be.at.least(300);
  });

  it("counts requests that waited too long, and does not send them", async () => {
    const { load, release } = startHeldLoad({ maxWaitMs: 200 });
    await until(() => load.now() >= 400);
    release();
    await until(() => load.samples.some(({ due, outcome }) => due > 0 && outcome === "ok"));
    await load.stop();
    const refused = load.samples.filter(({ outcome }) => outcome === "refused");
    expect(refused.length).to.be.at.least(18);
    for (const { ms } of refused) expect(ms).to.be.above(200);
    for (const { due, ms } of load.samples.filter(({ outcome }) => outcome === "ok")) {
      if (due > 0) expect(ms).to.be.below(400);
    }
  });

  it("never has more in flight than it may", async () => {
    let inFlight = 0;
    let most = 0;
    const { load } = startHeldLoad({
      maxInFlight: 3,
      send: async () => {
        most = Math.max(most, ++inFlight);
        await sleep(100);
        inFlight--;
        return ok;
      },
    });
    await until(() => load.samples.length >= 6);
    await load.stop();
    expect(most).to.equal(3);
    expect(inFlight).to.equal(0);
  });
});
