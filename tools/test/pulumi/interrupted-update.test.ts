import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { updateStack, findStack } from "../../pulumi/pulumi-stack.ts";
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
    await updateStack("up", await findStack(machine.project), () => undefined);
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
    // The import takes the lock of that backend first, so that objects of a running update are not deleted.
    expect(await up()).to.deep.equal([
      stackImport,
      inNamespace,
      deletion("Namespace", "koa-mongo-stack-dev-1234"),
      plainUp,
    ]);
    expect(machine.imported()).to.deep.equal({ version: 3, deployment: { pending_operations: [] } });
  });

  it("leaves what was being changed: the next update does it again", async () => {
    machine = fakeMachine({ pending: [updating] });
    expect(await up()).to.deep.equal([stackImport, plainUp]);
  });

  it("asks for Helm where it was installing a release, and goes on when that is gone", async () => {
    const name = "mongodb-operator-1a2b";
    const release = {
      type: "creating",
      resource: { type: "kubernetes:helm.sh/v3:Release", inputs: { name, namespace: "n" } },
    };
    machine = fakeMachine({ pending: [release], programs: { kubectl: "echo secret/sh.helm.release.v1" } });
    const error = await up().catch((thrown: unknown) => thrown);
    expect(String(error)).to.include(
      `Run: helm uninstall ${name} --namespace n, and then this command again.`,
    );
    expect(machine.changes()).to.deep.equal([]);
    machine.set({ pending: [release], programs: { kubectl: "" } });
    expect(await up()).to.deep.equal([stackImport, plainUp]);
  });

  it("treats a kind that the cluster does not know as deleted", async () => {
    const kubectl = `echo "error: the server doesn't have a resource type \\"StatefulSet\\"" >&2; exit 1`;
    machine = fakeMachine({ pending: [statefulSet], programs: { kubectl } });
    expect(await up()).to.deep.equal([stackImport, plainUp]);
  });

  it("reads the state of a large stack", async () => {
    machine = fakeMachine({
      pending: [{ ...image, resource: { type: "x", inputs: { text: "x".repeat(3e6) } } }],
    });
    expect(await up()).to.deep.equal([stackImport, plainUp]);
  });

  it("does nothing else when nothing is pending", async () => {
    machine = fakeMachine();
    expect(await up()).to.deep.equal([plainUp]);
  });

  it("deletes first where the lock was looked at, so that being killed again loses no name", async () => {
    machine = fakeMachine({ login: false, pending: [statefulSet] });
    mkdirSync(join(machine.project.folder, ".pulumi/state"), { recursive: true });
    expect(await up()).to.deep.equal([inNamespace, stackImport, plainUp]);
  });

  describe("with a lock in the project's own backend", () => {
    const cancel = "pulumi cancel --yes --non-interactive --stack dev";

    const lockFile = (stack: string) =>
      join(
        machine.project.folder,
        ".pulumi/state/.pulumi/locks/organization/koa-mongo-stack",
        stack,
        "1.json",
      );

    async function expectLocked(): Promise<void> {
      const error = await up().catch((thrown: unknown) => thrown);
      expect(String(error)).to.include("Another `up` or `down` is changing the stack dev.");
      expect(machine.changes()).to.deep.equal([]);
    }

    function lock(pid: number, host = hostname(), stack = "dev"): void {
      mkdirSync(dirname(lockFile(stack)), { recursive: true });
      writeFileSync(lockFile(stack), JSON.stringify({ pid, hostname: host, username: "ada" }));
    }
    /** The process number of an ended process. */
    const gonePid = () => spawnSync(process.execPath, ["--version"]).pid;

    it("removes the lock of a process that is gone", async () => {
      machine = fakeMachine({ login: false });
      lock(gonePid());
      expect(await up()).to.deep.equal([cancel, plainUp]);
    });

    it("leaves what a process of another machine may be creating", async () => {
      machine = fakeMachine({ login: false, pending: [statefulSet] });
      lock(gonePid(), "another-machine");
      await expectLocked();
    });

    it("leaves what an update that runs is creating", async function () {
      if (process.platform !== "linux") this.skip();
      machine = fakeMachine({ login: false, pending: [statefulSet] });
      // The name must start with pulumi, like the real program.
      const program = join(machine.project.folder, "pulumi-fake");
      copyFileSync("/bin/sleep", program);
      const running = spawn(program, ["60"]);
      await once(running, "spawn");
      lock(running.pid ?? 0);
      try {
        await expectLocked();
      } finally {
        running.kill();
      }
    });

    it("does not care for the lock of another stack", async () => {
      machine = fakeMachine({ login: false });
      lock(gonePid(), hostname(), "other");
      expect(await up()).to.deep.equal([plainUp]);
    });

    it("removes a lock that a power cut left empty", async () => {
      machine = fakeMachine({ login: false });
      lock(gonePid());
      writeFileSync(lockFile("dev"), "");
      expect(await up()).to.deep.equal([cancel, plainUp]);
    });

    it("removes a lock whose process number now belongs to another program", async function () {
      if (process.platform !== "linux") this.skip();
      machine = fakeMachine({ login: false });
      lock(process.pid);
      expect(await up()).to.deep.equal([cancel, plainUp]);
    });
  });
});
