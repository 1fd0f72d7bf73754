import { expect } from "chai";
import { parse } from "yaml";
import { readProject } from "../../pulumi/project-settings.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { runRotatePassword, runUp } from "../support/run-command.ts";

const set = (version: number) =>
  `pulumi config set passwordVersion ${version} --plaintext --non-interactive --stack dev`;
const deploy = "pulumi up --yes --skip-preview --non-interactive --stack dev";

describe("rotate-password", () => {
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
  async function after(setup: Setup = {}): Promise<void> {
    machine = fakeMachine({ url: service.url, ...setup });
    expect(await runUp(machine)).to.include({ code: 0 });
    machine.changes();
  }

  it("raises passwordVersion by one, and deploys", async () => {
    await after();
    const { code, text } = await runRotatePassword(machine);
    expect(text).to.match(/MongoDB's users are root-2 and app-2 now\. The previous users are deleted\.$/);
    expect(code).to.equal(0);
    expect(machine.changes()).to.deep.equal([set(2), deploy]);
    expect(machine.read("Pulumi.dev.yaml")).to.include("koa-mongo-stack:passwordVersion: 2");
  });

  it("counts on from what the configuration says", async () => {
    await after();
    await runRotatePassword(machine);
    machine.changes();
    await runRotatePassword({ ...machine, project: readProject(machine.project.folder) });
    expect(machine.changes()).to.deep.equal([set(3), deploy]);
  });

  it("sets the new version also where Pulumi has a copy of the configuration", async () => {
    await after({ login: false });
    expect(await runRotatePassword(machine)).to.include({ code: 0 });
    const copy = ".pulumi/Pulumi.dev.yaml";
    expect(machine.changes()).to.deep.equal([
      set(2),
      `${deploy} --config-file ${machine.project.folder}/${copy}`,
    ]);
    expect(parse(machine.read(copy))).to.have.nested.property("config.koa-mongo-stack:passwordVersion", 2);
    expect(machine.read("Pulumi.dev.yaml")).not.to.include("encryptionsalt");
  });

  it("leaves the new version for the next up where this one fails", async () => {
    await after();
    machine.set({ url: service.url, programs: { pulumi: failingUp(machine) } });
    const { code, text } = await runRotatePassword(machine);
    expect(code).to.equal(1);
    expect(text).to.include("cut off").and.not.to.include("are gone");
    expect(machine.changes()).to.deep.equal([set(2)]);
    expect(readProject(machine.project.folder).passwordVersion).to.equal(2);
  });

  it("says so when there is no stack, and changes nothing", async () => {
    machine = fakeMachine();
    expect(await runRotatePassword(machine)).to.deep.equal({
      code: 1,
      text: "There is no stack dev, and no password to change. Run: npm run up",
    });
    expect(machine.changes()).to.deep.equal([]);
  });

  it("says so after down, and deploys nothing", async () => {
    await after();
    machine.set({ deployed: false });
    machine.changes();
    expect(await runRotatePassword(machine)).to.deep.equal({
      code: 1,
      text: "The stack dev is not deployed. Run: npm run up",
    });
    expect(machine.changes()).to.deep.equal([]);
  });
});

function failingUp(machine: Machine): string {
  return `[ "$1" = up ] && { echo 'cut off' >&2; exit 1; }\n${machine.script("pulumi")}`;
}
