import { expect } from "chai";
import { capacityFault } from "../../../cluster/nodes/capacity.ts";
import { kubernetesNode, restorePath } from "../../support/fake-minikube.ts";
import { runProgram } from "../../support/mocked-program.ts";

const pod = { cpu: "100m", memory: "64Mi" };
const node = (name: string, cpu: number, memory = 8 * 1024 ** 3) => ({
  name,
  address: undefined,
  architecture: "amd64",
  cpu,
  memory,
});

describe("capacityFault", function () {
  this.timeout(60_000);
  after(restorePath);

  it("says nothing where nobody knows the nodes, or all pods fit", () => {
    expect(capacityFault(undefined, 50, pod, [])).to.equal(undefined);
    expect(capacityFault([node("a", 1000)], 10, pod, [])).to.equal(undefined);
  });

  it("counts whole pods a node, beside the database", () => {
    const nodes = [node("a", 1050), node("b", 350)];
    const database = [{ cpu: "300m", memory: "1Gi" }];
    expect(capacityFault(nodes, 11, pod, database)).to.equal(
      "maxReplicas is 11, and the 2 nodes have room for 10 pods at most: add nodes, or lower it. " +
        "Run: pulumi config set maxReplicas 10",
    );
  });

  it("counts memory, too", () => {
    const fault = capacityFault([node("a", 64_000, 1024 ** 3)], 20, pod, []);
    expect(fault).to.match(/^maxReplicas is 20, and the node has room for 16 pods at most/);
  });

  it("is warned of by the program, which counts cordoned nodes, and none that are kept for others", async () => {
    const dedicated = { taints: [{ key: "dedicated", effect: "NoSchedule" }] };
    const reserved = { ...kubernetesNode("b", "64"), spec: dedicated };
    const cordoned = { ...kubernetesNode("c", "64"), spec: { unschedulable: true } };
    const { warnings } = await runProgram({ maxReplicas: 50 }, undefined, [
      kubernetesNode("a", "2"),
      reserved,
    ]);
    expect(warnings).to.deep.equal([
      "maxReplicas is 50, and the node has room for 17 pods at most: add nodes, or lower it. " +
        "Run: pulumi config set maxReplicas 17",
    ]);
    const soonBack = await runProgram({ maxReplicas: 50 }, undefined, [kubernetesNode("a", "2"), cordoned]);
    expect(soonBack.warnings).to.deep.equal([]);
  });
});
