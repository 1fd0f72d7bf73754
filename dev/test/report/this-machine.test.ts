import { expect } from "chai";
import { cpuTimes, doubtsAbout, watchMachine, type CpuTimes } from "../../report/this-machine.ts";

describe("watchMachine", () => {
  const seen = (...times: (CpuTimes | undefined)[]) =>
    watchMachine(
      () => times.shift(),
      () => 0.5,
    )();

  it("describes the share of wanted CPU time that the host assigned to others", () => {
    const { words, stolen } = seen({ used: 100, stolen: 50 }, { used: 175, stolen: 75 });
    expect(words).to.match(
      /^\d+ × .+, Node \d+\.\d+\.\d+, load 0\.5 before the measurement, 25 % of its CPU time stolen by its host$/,
    );
    expect(stolen).to.equal(0.25);
  });

  it("leaves out the share if the system doesn't report it", () => {
    const nothing = { used: 0, stolen: 0 };
    for (const machine of [seen(undefined, undefined), seen(nothing, nothing)]) {
      expect(machine.words).to.match(/before the measurement$/);
      expect(machine.stolen).to.equal(undefined);
    }
  });
});

describe("doubtsAbout", () => {
  it("are none for an idle machine", () => {
    expect(doubtsAbout({ stolen: 0.05, load: 0.5 })).to.deep.equal([]);
    expect(doubtsAbout({ stolen: undefined, load: 0 })).to.deep.equal([]);
  });

  it("name CPU time that the host assigned to others, and other processes", () => {
    expect(doubtsAbout({ stolen: 0.25, load: 3.14 })).to.deep.equal([
      "The host assigned 25 % of the CPU time to others (limit 5 %).",
      "3.1 processes per CPU were running or waiting before the measurement (limit 0.75).",
    ]);
  });
});

describe("cpuTimes", () => {
  it("reads Linux's line of all processors", () => {
    const text = "cpu  10 20 30 4000 500 6 7 80 1 2\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
    expect(cpuTimes(() => text)).to.deep.equal({ used: 73, stolen: 80 });
  });

  it("is undefined if there is no such file", () => {
    const none = () => {
      throw new Error("ENOENT");
    };
    expect(cpuTimes(none)).to.equal(undefined);
  });
});
