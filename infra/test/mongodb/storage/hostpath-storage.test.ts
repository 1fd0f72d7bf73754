import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { NodeCommand } from "../../../commands/node-command.ts";
import { loadingProfile, restorePath } from "../../support/fake-minikube.ts";
import { clusterUid, runProgram, type ProgramRun } from "../../support/mocked-program.ts";

describe("HostPathStorage", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  const directory = (run: ProgramRun) => run.of("Command").find(({ name }) => name === "data-directory");

  it("is a directory of the node that belongs to MongoDB's user, and only its owner deletes it", () => {
    const onNode = ["minikube", "ssh", "--profile", "minikube", "--"];
    const owner = String(program.of("Stash").find(({ name }) => name === "owner")?.inputs.input);
    const path = "/data/koa-mongo-stack-test";
    expect(directory(program)?.inputs).to.deep.include({
      create: [
        [
          ...onNode,
          `sudo install --directory --owner=999 --group=999 --mode=0700 ${path} && ` +
            `echo ${owner} | sudo tee ${path}.owner >/dev/null`,
        ],
      ],
      delete: [
        ...onNode,
        `if [ "$(cat ${path}.owner 2>/dev/null)" = ${owner} ]; then sudo rm -rf ${path} ${path}.owner; fi`,
      ],
      triggers: [clusterUid],
    });
  });

  it("is a static volume and the claim of that volume alone", () => {
    const { namespace } = program.the("PersistentVolumeClaim").inputs.metadata;
    const own = { "app.kubernetes.io/instance": namespace, "app.kubernetes.io/component": "mongodb" };
    expect(program.the("PersistentVolume").inputs.metadata.labels).to.include(own);
    expect(program.the("PersistentVolume").inputs.spec).to.deep.equal({
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      hostPath: { path: "/data/koa-mongo-stack-test", type: "Directory" },
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: "",
    });
    expect(program.the("PersistentVolumeClaim").inputs.spec).to.deep.equal({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: "",
      selector: { matchLabels: own },
    });
  });

  it("has its directory and its volume before a pod can claim it", () => {
    const [before, volume, ...others] = [program.the("PersistentVolumeClaim").options.dependsOn].flat();
    expect(before).to.be.instanceOf(NodeCommand);
    expect(volume).to.be.instanceOf(k8s.core.v1.PersistentVolume);
    expect(others).to.deep.equal([]);
  });

  it("keeps the pod on the node with the directory in a cluster of several nodes", async () => {
    const { spec } = (await runProgram({}, [loadingProfile])).the("PersistentVolume").inputs;
    expect(spec.nodeAffinity.required.nodeSelectorTerms).to.deep.equal([
      { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["minikube"] }] },
    ]);
  });

  it("is deleted with the stack, or stays with keepData", async () => {
    expect(directory(program)?.options.retainOnDelete).to.equal(false);
    const keeping = await runProgram({ keepData: true });
    expect(directory(keeping)?.options.retainOnDelete).to.equal(true);
  });

  it("is replaced as a pair when its size or its namespace changes", () => {
    for (const kind of ["PersistentVolume", "PersistentVolumeClaim"]) {
      expect(program.the(kind).options.replaceOnChanges, kind).to.deep.equal(["spec", "metadata.labels"]);
    }
    const { labels } = program.the("PersistentVolume").inputs.metadata;
    expect(labels).to.include({ "app.kubernetes.io/instance": "koa-mongo-stack-test-auto" });
  });
});
