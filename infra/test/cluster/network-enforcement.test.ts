import { expect } from "chai";
import { enforcement, enforcingCluster, policyProblemOf } from "../../cluster/network-enforcement.ts";
import { goodProfile } from "../support/fake-minikube.ts";

function withCni(CNI: string | undefined) {
  const KubernetesConfig = { ContainerRuntime: "docker", ...(CNI === undefined ? {} : { CNI }) };
  return { ...goodProfile, Config: { ...goodProfile.Config, KubernetesConfig } };
}

describe("enforcement", () => {
  const networks: [string | undefined, boolean, string][] = [
    ["calico", true, "NetworkPolicies are enforced by calico"],
    ["cilium", true, "NetworkPolicies are enforced by cilium"],
    ["kube-router", true, "NetworkPolicies are enforced by kube-router"],
    [undefined, false, "minikube's default network does not enforce NetworkPolicies"],
    ["", false, "minikube's default network does not enforce NetworkPolicies"],
    ["auto", false, "minikube's default network does not enforce NetworkPolicies"],
    ["bridge", false, "minikube with --cni=bridge does not enforce NetworkPolicies"],
    ["flannel", false, "minikube with --cni=flannel does not enforce NetworkPolicies"],
    ["kindnet", false, "kindnet enforces NetworkPolicies in newer versions only"],
    [
      "/home/ada/cni.yaml",
      false,
      "minikube's profile does not show whether /home/ada/cni.yaml enforces NetworkPolicies",
    ],
  ];
  for (const [CNI, isSure, text] of networks) {
    it(`is ${isSure ? "sure" : "not sure"} with the network ${CNI ?? "of no name"}`, () => {
      expect(enforcement(withCni(CNI), undefined)).to.deep.equal({ isSure, text });
    });
  }

  it("is what the cluster's DaemonSets do, whatever minikube's profile says", () => {
    const withKubeRouter = { nodes: [], policyEnforcer: "kube-router" };
    expect(enforcement(withCni("bridge"), withKubeRouter)).to.deep.equal({
      isSure: true,
      text: "NetworkPolicies are enforced by kube-router",
    });
    expect(enforcement(withCni("calico"), { nodes: [], policyEnforcer: null })).to.deep.equal({
      isSure: false,
      text: "No DaemonSet of the cluster is known to enforce NetworkPolicies",
    });
  });
});

describe("policyProblemOf", () => {
  it("warns only if kubectl lists DaemonSets and none is known to enforce them", () => {
    expect(policyProblemOf(undefined)).to.equal(undefined);
    expect(policyProblemOf({ nodes: [], policyEnforcer: "Cilium" })).to.equal(undefined);
    expect(policyProblemOf({ nodes: [], policyEnforcer: undefined })).to.equal(undefined);
    expect(policyProblemOf({ nodes: [], policyEnforcer: null })).to.match(
      /^No DaemonSet of the cluster is known to enforce NetworkPolicies\. .* run: kubectl get daemonsets --all-namespaces$/,
    );
  });
});

describe("enforcingCluster", () => {
  it("deletes the profile and creates it with calico", () => {
    expect(enforcingCluster(goodProfile)).to.equal(
      "To replace the cluster and all its stacks, run: minikube delete -p minikube, then: " +
        "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080 -p minikube",
    );
  });
});
