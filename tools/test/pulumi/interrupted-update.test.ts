import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { change, findStack } from "../../pulumi/pulumi-stack.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";

const statefulSet = {
  type: "creating",
  resource: {
    type: "kubernetes:apps/v1:StatefulSet",
    inputs: {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "mongodb-1a2b3c4d", namespace: "koa-mongo-stack-dev-1234" },
    },
  },
};
const namespace = {
  type: "creating",
  resource: {
    type: "kubernetes:core/v1:Namespace",
    inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "koa-mongo-stack-dev-1234" } },
  },
};
const image = { type: "creating", resource: { type: "docker:index/image:Image", inputs: {} } };
const updating = { ...statefulSet, type: "updating" };

describe("an update after one that was killed", () => {
  let machine: Machine;
  afterEach(() => {
    machine.remove();
  });
  async function up(): Promise<string[]> {
    await change("up", await findStack(machine.project), () => undefined);
    return machine.changes().map((line) => line.replace(/ --config-file \S+/, ""));
  }
  const deletion = (kind: string, name: string) =>
    `kubectl --context minikube delete ${kind} ${name} --ignore-not-found --cascade=foreground --timeout=180s`;
  const inNamespace = deletion(
    "StatefulSet.v1.apps",
    "mongodb-1a2b3c4d --namespace koa-mongo-stack-dev-1234",
  );
  const stackImport = "pulumi stack import --stack dev --non-interactive";
  const plainUp = "pulumi up --yes --skip-preview --non-interactive --stack dev";

  it("deletes what was being created, and forgets that", async () => {
    machine = fakeMachine({ pending: [statefulSet, namespace, image] });
    expect(await up()).to.deep.equal([
      inNamespace,
      deletion("Namespace", "koa-mongo-stack-dev-1234"),
      stackImport,
      plainUp,
    ]);
    expect(machine.imported()).to.deep.equal({ version: 3, deployment: { pending_operations: [] } });
  });

  it("leaves what was being changed: the next update does it again", async () => {
    machine = fakeMachine({ pending: [updating] });
    expect(await up()).to.deep.equal([stackImport, plainUp]);
  });

  it("does nothing else when nothing is pending", async () => {
    machine = fakeMachine();
    expect(await up()).to.deep.equal([plainUp]);
  });

  describe("with a lock in the project's own backend", () => {
    const cancel = "pulumi cancel --yes --non-interactive --stack dev";

    function lock(pid: number, host = hostname(), stack = "dev"): void {
      const folder = join(
        machine.project.folder,
        ".pulumi/state/.pulumi/locks/organization/koa-mongo-stack",
        stack,
      );
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "1.json"), JSON.stringify({ pid, hostname: host, username: "ada" }));
    }
    /** The number of a process that is gone. */
    const gonePid = () => spawnSync(process.execPath, ["--version"]).pid;

    it("removes the lock of a process that is gone", async () => {
      machine = fakeMachine({ login: false });
      lock(gonePid());
      expect(await up()).to.deep.equal([cancel, plainUp]);
    });

    it("leaves the lock of another machine, and of another stack", async () => {
      machine = fakeMachine({ login: false });
      lock(gonePid(), "another-machine");
      expect(await up()).to.deep.equal([plainUp]);
      machine.remove();
      machine = fakeMachine({ login: false });
      lock(gonePid(), hostname(), "other");
      expect(await up()).to.deep.equal([plainUp]);
    });

    it("removes the lock of a number that Linux gave to another program", async function () {
      if (process.platform !== "linux") this.skip();
      machine = fakeMachine({ login: false });
      lock(process.pid);
      expect(await up()).to.deep.equal([cancel, plainUp]);
    });
  });
});
