import { expect } from "chai";
import { restorePath } from "./support/minikube.ts";
import { runProgram, type ProgramRun } from "./support/program.ts";

describe("HostPathStorage", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  const labels = [{ label: "koa-mongo-stack.cluster", value: "0123-uid" }];

  it("is a directory of the node that belongs to MongoDB's user", () => {
    expect(program.the("Volume").inputs).to.deep.equal({ name: "koa-mongo-stack-test-data", labels });
    expect(program.the("Container").inputs).to.deep.include({
      image: "mongo:8.0",
      entrypoints: ["install"],
      command: ["--directory", "--owner=999", "--group=999", "--mode=0700", "/data/db"],
      volumes: [{ volumeName: "koa-mongo-stack-test-data", containerPath: "/data/db" }],
      networkMode: "none",
      labels,
    });
  });

  it("is a static volume and the claim of that volume alone", () => {
    expect(program.the("PersistentVolume").inputs.spec).to.deep.equal({
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      hostPath: { path: "/var/lib/docker/volumes/koa-mongo-stack-test-data/_data", type: "Directory" },
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: "",
    });
    expect(program.the("PersistentVolumeClaim").inputs.spec).to.deep.equal({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: "",
      volumeName: "data-auto",
    });
  });

  it("goes with the stack, or stays with keepData", async () => {
    expect(program.the("Volume").options.retainOnDelete).to.equal(false);
    const keeping = await runProgram({ keepData: true });
    expect(keeping.the("Volume").options.retainOnDelete).to.equal(true);
  });

  it("is replaced as a pair when its size or its namespace changes", () => {
    for (const kind of ["PersistentVolume", "PersistentVolumeClaim"]) {
      expect(program.the(kind).options.replaceOnChanges, kind).to.deep.equal(["spec", "metadata.labels"]);
    }
    const { labels } = program.the("PersistentVolume").inputs.metadata;
    expect(labels).to.include({ "app.kubernetes.io/instance": "koa-mongo-stack-test-auto" });
  });
});
