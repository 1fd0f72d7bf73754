import { expect } from "chai";
import { keyedQueue } from "../../store/keyed-queue.ts";

describe("keyedQueue", () => {
  const timeoutError = () => new Error("too late");

  it("runs the tasks of a key in order, and tasks of other keys concurrently", async () => {
    const run = keyedQueue({ maxWaitMs: 1000, timeoutError });
    const order: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const task = (name: string, wait?: Promise<unknown>) => async () => {
      order.push(name);
      await wait;
      order.push(`${name} ended`);
    };
    const all = [run("a", task("a1", first.promise)), run("a", task("a2")), run("b", task("b1"))];
    await all[2];
    first.resolve(undefined);
    await Promise.all(all);
    expect(order).to.deep.equal(["a1", "b1", "b1 ended", "a1 ended", "a2", "a2 ended"]);
  });

  it("continues after a failed task", async () => {
    const run = keyedQueue({ maxWaitMs: 1000, timeoutError });
    const failed = run("a", () => Promise.reject(new Error("failed"))).catch(String);
    expect(await run("a", () => Promise.resolve(7))).to.equal(7);
    expect(await failed).to.equal("Error: failed");
  });

  it("rejects a task that waited longer than maxWaitMs", async () => {
    const run = keyedQueue({ maxWaitMs: -1, timeoutError });
    const first = run("a", () => Promise.resolve(1));
    let started = false;
    const second = run("a", () => Promise.resolve((started = true))).catch(String);
    expect(await first).to.equal(1);
    expect(await second).to.equal("Error: too late");
    expect(started).to.equal(false);
  });
});
