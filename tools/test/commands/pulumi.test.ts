import { expect } from "chai";
import { pulumi } from "../../commands/pulumi.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";
import { runUp } from "../support/run-command.ts";

describe("pulumi by hand", () => {
  let machine: Machine;

  afterEach(() => {
    machine.remove();
  });

  it("finds the backend that up made", async () => {
    machine = fakeMachine({ login: false });
    await runUp(machine);
    machine.environments();
    expect(await pulumi(["stack", "select", "dev"], machine)).to.equal(0);
    const { folder } = machine.project;
    expect(machine.environments()).to.deep.equal([
      `stack backend=file://${folder}/.pulumi/state passphrase=none file=${folder}/.pulumi/passphrase`,
    ]);
  });

  it("changes nothing for a login", async () => {
    machine = fakeMachine();
    expect(await pulumi(["stack", "select", "dev"], machine)).to.equal(0);
    expect(machine.environments()).to.deep.equal(["stack backend=none passphrase=none file=none"]);
  });

  it("passes its exit code on", async () => {
    machine = fakeMachine({ programs: { pulumi: "exit 7" } });
    expect(await pulumi(["version"], machine)).to.equal(7);
  });
});
