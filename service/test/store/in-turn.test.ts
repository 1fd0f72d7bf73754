import { expect } from "chai";
import { inTurn } from "../../store/in-turn.ts";

describe("inTurn", () => {
  const tooLate = () => new Error("too late");

  it("runs the tasks of a key in their order, and others meanwhile", async () => {
    const run = inTurn({ maxWait: 1000, tooLate });
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

  it("goes on after a task that failed", async () => {
    const run = inTurn({ maxWait: 1000, tooLate });
    const failed = run("a", () => Promise.reject(new Error("failed"))).catch(String);
    expect(await run("a", () => Promise.resolve(7))).to.equal(7);
    expect(await failed).to.equal("Error: failed");
  });

  it("does not start a task that has waited too long", async () => {
    const run = inTurn({ maxWait: -1, tooLate });
    const first = run("a", () => Promise.resolve(1));
    let started = false;
    const second = run("a", () => Promise.resolve((started = true))).catch(String);
    expect(await first).to.equal(1);
    expect(await second).to.equal("Error: too late");
    expect(started).to.equal(false);
  });
});
