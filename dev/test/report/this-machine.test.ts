import { expect } from "chai";
import { cpuTimes, watchMachine, type CpuTimes } from "../../report/this-machine.ts";

describe("watchMachine", () => {
  const says = (...times: (CpuTimes | undefined)[]) => watchMachine(() => times.shift())();

  it("says what the host gave to others of the time that was wanted meanwhile", () => {
    expect(says({ used: 100, stolen: 50 }, { used: 175, stolen: 75 })).to.match(
      /^\d+ × .+, Node \d+\.\d+\.\d+, load \d+\.\d before it began, 25 % of its CPU time stolen by its host$/,
    );
  });

  it("says nothing of it where the system does not", () => {
    expect(says(undefined, undefined)).to.match(/before it began$/);
    const nothing = { used: 0, stolen: 0 };
    expect(says(nothing, nothing)).to.match(/before it began$/);
  });
});

describe("cpuTimes", () => {
  it("reads Linux's line of all processors", () => {
    const text = "cpu  10 20 30 4000 500 6 7 80 1 2\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
    expect(cpuTimes(() => text)).to.deep.equal({ used: 73, stolen: 80 });
  });

  it("knows nothing where there is no such file", () => {
    const none = () => {
      throw new Error("ENOENT");
    };
    expect(cpuTimes(none)).to.equal(undefined);
  });
});
