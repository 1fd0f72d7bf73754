import { expect } from "chai";
import { capacityProblem } from "../../../cluster/nodes/capacity.ts";
import { kubernetesNode, restorePath } from "../../support/fake-minikube.ts";
import { runProgram } from "../../support/mocked-program.ts";

const pod = { cpu: "100m", memory: "64Mi" };
const node = (name: string, milliCpu: number, memoryBytes = 8 * 1024 ** 3) => ({
  name,
  address: undefined,
  architecture: "amd64",
  milliCpu,
  memoryBytes,
});

describe("capacityProblem", function () {
  this.timeout(60_000);
  after(restorePath);

  it("is undefined if the nodes are unknown, or have room for all pods", () => {
    expect(capacityProblem(undefined, 50, pod, [])).to.equal(undefined);
    expect(capacityProblem([node("a", 1000)], 10, pod, [])).to.equal(undefined);
  });

  it("counts whole pods for each node, without the database's share", () => {
    const nodes = [node("a", 1050), node("b", 350)];
    const database = [{ cpu: "300m", memory: "1Gi" }];
    expect(capacityProblem(nodes, 11, pod, database)).to.equal(
      "maxReplicas is 11, and the 2 nodes have room for at most 10 pods. Add nodes, or run: pulumi config set maxReplicas 10",
    );
  });

  it("counts memory, too", () => {
    const problem = capacityProblem([node("a", 64_000, 1024 ** 3)], 20, pod, []);
    expect(problem).to.match(/^maxReplicas is 20, and the node has room for at most 16 pods\./);
  });

  it("is a warning of the program, which counts cordoned nodes, but no nodes reserved by a taint", async () => {
    const dedicated = { taints: [{ key: "dedicated", effect: "NoSchedule" }] };
    const reserved = { ...kubernetesNode("b", "64"), spec: dedicated };
    const cordoned = { ...kubernetesNode("c", "64"), spec: { unschedulable: true } };
    const { warnings } = await runProgram({ maxReplicas: 50 }, undefined, [
      kubernetesNode("a", "2"),
      reserved,
    ]);
    expect(warnings).to.deep.equal([
      "maxReplicas is 50, and the node has room for at most 17 pods. Add nodes, or run: pulumi config set maxReplicas 17",
    ]);
    const soonBack = await runProgram({ maxReplicas: 50 }, undefined, [kubernetesNode("a", "2"), cordoned]);
    expect(soonBack.warnings).to.deep.equal([]);
  });
});
