import { expect } from "chai";
import { findMachines } from "../../../cluster/nodes/nodes.ts";
import {
  daemonSet,
  fakeKubectl,
  fakeMinikube,
  install,
  kubernetesNode,
  restorePath,
} from "../../support/fake-minikube.ts";

const tainted = (name: string, key: string) => ({
  ...kubernetesNode(name),
  spec: { taints: [{ key, effect: "NoSchedule" }] },
});

describe("findMachines", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("has the nodes for pods, and the plugin that enforces NetworkPolicies", async () => {
    const master = tainted("m", "node-role.kubernetes.io/control-plane");
    fakeKubectl({ nodes: [master, kubernetesNode("a", "2", "1Gi")], daemonSets: [daemonSet("cilium")] });
    expect(await findMachines("minikube")).to.deep.equal({
      nodes: [
        {
          name: "a",
          address: "192.0.2.9",
          architecture: "amd64",
          milliCpu: 2000,
          memoryBytes: 1024 ** 3,
          kubelet: "v1.34.0",
        },
      ],
      policyEnforcer: "Cilium",
    });
  });

  it("has temporarily unavailable nodes, after the others", async () => {
    const cordoned = { ...kubernetesNode("a"), spec: { unschedulable: true } };
    fakeKubectl({ nodes: [cordoned, tainted("b", "node.kubernetes.io/unreachable"), kubernetesNode("c")] });
    expect((await findMachines("minikube"))?.nodes.map(({ name }) => name)).to.deep.equal(["c", "a", "b"]);
  });

  it("is undefined if kubectl fails, or its output can't be parsed", async () => {
    fakeKubectl({});
    expect(await findMachines("minikube")).to.equal(undefined);
    install("kubectl", `echo 'a hint of a wrapper'; echo '{"items":[]}'`);
    expect(await findMachines("minikube")).to.equal(undefined);
  });

  it("has the nodes if kubectl is not permitted to list DaemonSets", async () => {
    const list = JSON.stringify({ items: [kubernetesNode("a")] });
    install(
      "kubectl",
      `printf '%s' '${list}'; echo 'Error from server (Forbidden): daemonsets.apps' >&2; exit 1`,
    );
    const found = await findMachines("minikube");
    expect(found?.nodes).to.have.length(1);
    expect(found?.policyEnforcer).to.equal(undefined);
  });

  it("has null as the enforcer if kubectl lists no DaemonSet that enforces NetworkPolicies", async () => {
    fakeKubectl({ nodes: [kubernetesNode("a")], daemonSets: [daemonSet("kube-proxy")] });
    expect((await findMachines("minikube"))?.policyEnforcer).to.equal(null);
  });
});
