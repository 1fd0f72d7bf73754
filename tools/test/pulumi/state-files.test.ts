import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { repairStateFiles } from "../../pulumi/state-files.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";

describe("repairStateFiles", () => {
  let machine: Machine;
  beforeEach(() => {
    machine = fakeMachine({ login: false });
  });
  afterEach(() => {
    machine.remove();
  });
  const path = (name: string) => join(machine.project.folder, ".pulumi/state/.pulumi", name);
  const state = "stacks/koa-mongo-stack/dev.json";
  const read = (name: string) => readFileSync(path(name), "utf8");

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
    }
  }

  it("deletes attributes that are half written, and leaves the state", () => {
    write({ [state]: '{"version":3}', [`${state}.attrs`]: "", "locks/1.json.attrs": '{"half' });
    repairStateFiles(machine.project);
    expect(existsSync(path(`${state}.attrs`))).to.equal(false);
    expect(existsSync(path("locks/1.json.attrs"))).to.equal(false);
    expect(read(state)).to.equal('{"version":3}');
  });

  it("restores the previous state where the state is half written", () => {
    write({ [state]: "", [`${state}.bak`]: '{"version":3,"previous":true}', [`${state}.attrs`]: "{}" });
    repairStateFiles(machine.project);
    expect(read(state)).to.equal('{"version":3,"previous":true}');
    expect(existsSync(path(`${state}.attrs`))).to.equal(false);
  });

  it("leaves a state that nothing replaces: Pulumi says what is wrong", () => {
    write({ [state]: "half", [`${state}.bak`]: "" });
    repairStateFiles(machine.project);
    expect(read(state)).to.equal("half");
  });

  it("leaves what is whole, and what another process is writing", () => {
    const whole = { [state]: '{"version":3}', [`${state}.attrs`]: '{"md5":"x"}' };
    write(whole);
    repairStateFiles(machine.project);
    expect(read(`${state}.attrs`)).to.equal('{"md5":"x"}');
    const lock = { pid: 1, hostname: `not-${hostname()}` };
    write({
      ...whole,
      [`${state}.attrs`]: "",
      "locks/organization/koa-mongo-stack/dev/1.json": JSON.stringify(lock),
    });
    repairStateFiles(machine.project);
    expect(read(`${state}.attrs`)).to.equal("");
  });

  it("does nothing where there is no backend of the project's own", () => {
    repairStateFiles(machine.project);
    expect(existsSync(path(""))).to.equal(false);
  });
});
