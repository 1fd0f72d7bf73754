import { expect } from "chai";
import { removeUnless } from "../../../cluster-tests/modes/support/installed-objects.ts";
import { removeAll } from "../../../cluster-tests/modes/support/removals.ts";

const fails = (message: string) => () => Promise.reject(new Error(message));
const caught = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe("removeAll", () => {
  it("removes the last one first, and everything else after a failure, and throws all errors", async () => {
    const removed: string[] = [];
    const removes = (name: string) => () => {
      removed.push(name);
      return Promise.resolve();
    };
    const removals = [removes("a"), fails("no b"), removes("c"), fails("no d"), removes("e")];
    const error = await caught(removeAll(removals));
    expect(removed).to.deep.equal(["e", "c", "a"]);
    expect(error).to.be.an.instanceOf(AggregateError);
    expect((error as Error).message).to.equal("Error: no d\nError: no b");
  });
});

describe("removeUnless", () => {
  it("throws the work's error, also if the removal fails", async () => {
    const error = await caught(removeUnless(fails("no removal"), fails("not ready")));
    expect((error as Error).message).to.equal("not ready");
  });

  it("removes nothing if the work succeeds", async () => {
    expect(await removeUnless(fails("removed"), () => Promise.resolve("done"))).to.equal("done");
  });
});
