import { expect } from "chai";
import { pulumi } from "../pulumi.ts";
import { fakeMachine, type Machine } from "./support/machine.ts";
import { runUp } from "./support/run.ts";

describe("pulumi by hand", () => {
  let machine: Machine;

  afterEach(() => {
    machine.remove();
  });

  it("finds the backend that up made", async () => {
    machine = fakeMachine({ login: false });
    await runUp(machine);
    machine.environments();
    expect(pulumi(["stack", "select", "dev"], machine.project)).to.equal(0);
    const { folder } = machine.project;
    expect(machine.environments()).to.deep.equal([
      `stack backend=file://${folder}/.pulumi/state passphrase=none file=${folder}/.pulumi/passphrase`,
    ]);
  });

  it("changes nothing for a login", () => {
    machine = fakeMachine();
    expect(pulumi(["stack", "select", "dev"], machine.project)).to.equal(0);
    expect(machine.environments()).to.deep.equal(["stack backend=none passphrase=none file=none"]);
  });

  it("passes its exit code on", () => {
    machine = fakeMachine({ programs: { pulumi: "exit 7" } });
    expect(pulumi(["version"], machine.project)).to.equal(7);
  });
});
