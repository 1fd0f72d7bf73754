import { expect } from "chai";
import { pulumi } from "../../commands/pulumi.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";
import { runUp } from "../support/run-command.ts";

describe("pulumi by hand", () => {
  let machine: Machine;

  afterEach(() => {
    machine.remove();
  });

  it("finds the backend that up created", async () => {
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

  it("connects to minikube directly, with a proxy set", async () => {
    const script =
      'case "$NO_PROXY $no_proxy" in *192.168.49.0/24*\\ *192.168.49.0/24*) exit 3 ;; esac; exit 4';
    machine = fakeMachine({ programs: { pulumi: script } });
    process.env.https_proxy = "http://proxy.example.com:3128";
    expect(await pulumi(["version"], machine)).to.equal(3);
  });

  it("passes its exit code on", async () => {
    machine = fakeMachine({ programs: { pulumi: "exit 7" } });
    expect(await pulumi(["version"], machine)).to.equal(7);
  });
});
