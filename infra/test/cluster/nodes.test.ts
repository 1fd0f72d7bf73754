import { expect } from "chai";
import { findNodes } from "../../cluster/nodes.ts";
import { fakeKubectl, fakeMinikube, install, kubernetesNode, restorePath } from "../support/fake-minikube.ts";

describe("findNodes", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("is what kubectl says of those that take pods", async () => {
    const cordoned = { ...kubernetesNode("b"), spec: { unschedulable: true } };
    fakeKubectl({ nodes: [kubernetesNode("a", "2", "1Gi"), cordoned] });
    expect(await findNodes("minikube")).to.deep.equal([
      { name: "a", address: "192.0.2.9", platform: "linux/amd64", cpu: 2000, memory: 1024 ** 3 },
    ]);
  });

  it("is nothing that kubectl may not say, or that can't be read", async () => {
    fakeKubectl({});
    expect(await findNodes("minikube")).to.equal(undefined);
    install("kubectl", `echo 'a hint of a wrapper'; echo '{"items":[]}'`);
    expect(await findNodes("minikube")).to.equal(undefined);
  });
});
