import { expect } from "chai";
import { restorePath } from "../../support/fake-minikube.ts";
import { runProgram } from "../../support/mocked-program.ts";

describe("StorageClassStorage", function () {
  this.timeout(60_000);
  after(restorePath);

  it("is a claim of that class, and nothing on the node", async () => {
    const program = await runProgram({ storage: "standard", storageSize: "10Gi" });
    expect(program.the("PersistentVolumeClaim").inputs.spec).to.deep.equal({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
      storageClassName: "standard",
    });
    expect([
      ...program.of("PersistentVolume"),
      ...program.of("Volume"),
      ...program.of("Container"),
    ]).to.deep.equal([]);
  });
});
