import { expect } from "chai";
import { goodProfile } from "../../../infra/test/support/fake-minikube.ts";
import { rememberStart } from "../../minikube/created-cluster.ts";
import { freePort } from "../../../service/dev/free-port.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { fakeMachine, pulumiWithStack, type Machine, type Setup } from "../support/fake-machine.ts";
import { down } from "../../commands/down.ts";
import { runInContext, type CommandContext } from "../../terminal/command-context.ts";
import { contextOf, runDown, runUp } from "../support/run-command.ts";

const destroy = "pulumi destroy --yes --skip-preview --non-interactive --stack dev";
const forget = "pulumi stack rm dev --yes --force --preserve-config --non-interactive";
const remove = "minikube delete -p minikube";
const deleted = "Everything in the stack's namespace is deleted. Pulumi keeps the stack's history";
const atLogin = `${deleted} at https://api.example.com.`;
const stays = 'The minikube cluster "minikube" stays, with the images of the service.';
const gone = 'The minikube cluster "minikube" no longer exists. Pulumi has deleted its record of the stack.';

describe("down", () => {
  let machine: Machine;
  let service: Answering;

  beforeEach(async () => {
    service = await answering();
  });

  afterEach(() => {
    service.close();
    machine.remove();
  });

  /** A machine after `up`. */
  async function after(setup: Setup): Promise<void> {
    machine = fakeMachine({ url: service.url, nodePort: await freePort(), ...setup });
    expect(await runUp(machine)).to.include({ code: 0 });
    machine.changes();
    machine.environments();
  }

  it("destroys the stack, and leaves the cluster that up created", async () => {
    await after({ profiles: [] });
    expect(await runDown(machine)).to.deep.equal({ code: 0, text: `${atLogin} ${stays}` });
    expect(machine.changes()).to.deep.equal([destroy]);
    expect(machine.environments()).to.deep.equal(["destroy backend=none passphrase=none file=none"]);
  });

  it("leaves out Pulumi's advice about the rest, which would use another backend", async () => {
    await after({});
    const advice = [
      "The resources in the stack have been deleted, but the history and configuration associated with the stack are still maintained. ",
      "If you want to remove the stack completely, run `pulumi stack rm dev`.",
    ];
    const pulumi = pulumiWithStack(
      `*) printf '%s\\n' ${["Duration: 16s", ...advice].map((line) => `'${line}'`).join(" ")} ;;`,
    );
    machine.set({ programs: { pulumi } });
    const printed: string[] = [];
    const context: CommandContext = {
      ...contextOf(machine),
      step: async (_title, work) =>
        await work({ say: (line) => void printed.push(line), title: () => undefined }),
    };
    await runInContext((on) => down({ cluster: false }, on), context);
    expect(printed).to.deep.equal(["Duration: 16s"]);
  });

  it("says why Pulumi could not delete", async () => {
    await after({});
    const pulumi = pulumiWithStack(`*) echo 'error: the cluster does not answer'; exit 255 ;;`);
    machine.set({ programs: { pulumi } });
    expect(await runDown(machine)).to.deep.equal({
      code: 1,
      text:
        `error: the cluster does not answer\n${destroy}: ended with code 255\n\n` +
        "The deletion failed: the cluster does not answer",
    });
  });

  it("finds the stack in the project's own backend", async () => {
    await after({ login: false });
    const text = `${deleted} in .pulumi/state. ${stays}`;
    expect(await runDown(machine)).to.deep.equal({ code: 0, text });
    const { folder } = machine.project;
    expect(machine.changes()).to.deep.equal([`${destroy} --config-file ${folder}/.pulumi/Pulumi.dev.yaml`]);
    expect(machine.environments()).to.deep.equal([
      `destroy backend=file://${folder}/.pulumi/state passphrase=none file=${folder}/.pulumi/passphrase`,
    ]);
  });

  it("with --cluster, deletes the cluster that up created", async () => {
    await after({ profiles: [] });
    expect(await runDown(machine, { cluster: true })).to.deep.equal({ code: 0, text: atLogin });
    expect(machine.changes()).to.deep.equal([destroy, remove]);
    expect(() => machine.read(".pulumi/made-cluster")).to.throw("ENOENT");
  });

  it("leaves a cluster alone that was there before", async () => {
    await after({});
    expect(await runDown(machine, { cluster: true })).to.deep.equal({
      code: 0,
      text: `${atLogin}\nNo minikube cluster was deleted: there is none that \`npm run up\` created.`,
    });
    expect(machine.changes()).to.deep.equal([destroy]);
  });

  it("leaves a cluster of the same name that another user created since", async () => {
    await after({ profiles: [] });
    machine.set({ clusterId: "uid-2" });
    expect(await runDown(machine, { cluster: true })).to.deep.equal({
      code: 1,
      text:
        `${atLogin}\n\n` +
        '`npm run up` may not have created the minikube cluster "minikube". ' +
        "To delete this cluster, run: minikube delete -p minikube",
    });
    expect(machine.changes()).to.deep.equal([destroy]);
  });

  it("deletes a cluster whose creation by up was interrupted", async () => {
    machine = fakeMachine({ profiles: [{ ...goodProfile, Status: "Stopped" }] });
    rememberStart(machine.project);
    expect(await runDown(machine, { cluster: true })).to.include({ code: 0 });
    expect(machine.changes()).to.deep.equal([remove]);
  });

  it("does not delete a cluster that can't say which it is", async () => {
    await after({ profiles: [] });
    machine.set({ programs: { kubectl: "exit 1" } });
    expect(await runDown(machine, { cluster: true })).to.include({ code: 1 });
    expect(machine.changes()).to.deep.equal([destroy]);
  });

  it("has nothing to delete when the cluster that up created is gone", async () => {
    await after({ profiles: [] });
    machine.set({ profiles: [] });
    expect(await runDown(machine, { cluster: true })).to.include({ code: 0 });
    expect(machine.changes()).to.deep.equal([forget]);
  });

  it("forgets what was in a cluster that is gone", async () => {
    await after({});
    machine.set({ profiles: [] });
    expect(await runDown(machine)).to.deep.equal({ code: 0, text: gone });
    expect(machine.changes()).to.deep.equal([forget]);
  });

  it("does not forget what is in a cluster that is stopped", async () => {
    await after({});
    machine.set({ profiles: [{ ...goodProfile, Status: "Stopped" }] });
    expect(await runDown(machine)).to.deep.equal({
      code: 1,
      text: 'The minikube cluster "minikube" is not running (Stopped). Run: minikube start -p minikube',
    });
    expect(machine.changes()).to.deep.equal([]);
  });

  for (const login of [true, false]) {
    it(`says so when there is no stack, ${login ? "with" : "without"} a login`, async () => {
      machine = fakeMachine({ login });
      expect(await runDown(machine)).to.deep.equal({
        code: 0,
        text: "There is no stack dev, so there is nothing to delete.",
      });
      expect(machine.changes()).to.deep.equal([]);
    });
  }

  it("says what to install when Pulumi is not there", async () => {
    machine = fakeMachine({ programs: { pulumi: undefined } });
    expect(await runDown(machine)).to.deep.equal({
      code: 1,
      text: "Pulumi: not on PATH. Install Pulumi 3.210.0 or newer: https://www.pulumi.com/docs/install/",
    });
  });
});
