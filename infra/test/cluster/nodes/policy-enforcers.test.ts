import { expect } from "chai";
import { policyEnforcer, type DaemonSet } from "../../../cluster/nodes/policy-enforcers.ts";
import { daemonSet } from "../../support/fake-minikube.ts";

describe("policyEnforcer", () => {
  const clusters: [string, Record<string, unknown>, string | undefined][] = [
    ["calico-node", {}, "Calico"],
    ["canal", {}, "Canal"],
    ["cilium", {}, "Cilium"],
    ["anetd", {}, "GKE Dataplane V2"],
    ["antrea-agent", {}, "Antrea"],
    ["ovnkube-node", {}, "OVN-Kubernetes"],
    ["azure-npm", {}, "Azure Network Policy Manager"],
    ["kube-router", { args: ["--run-router=false", "--run-firewall=true"] }, "kube-router"],
    ["kube-router", { args: ["--run-router=true"] }, "kube-router"],
    ["kube-router", { args: ["--run-firewall=false"] }, undefined],
    ["aws-node", { args: ["--enable-ipv6=false", "--enable-network-policy=true"] }, "the Amazon VPC CNI"],
    ["aws-node", { args: ["--enable-ipv6=false", "--enable-network-policy=false"] }, undefined],
    ["kindnet", { image: "docker.io/kindest/kindnetd:v20250512-df8de77b" }, "kindnet"],
    ["kindnet", { image: "docker.io/kindest/kindnetd:v20240202-8f1494ea" }, undefined],
    ["kube-flannel-ds", {}, undefined],
    ["kube-proxy", {}, undefined],
  ];
  for (const [name, container, found] of clusters) {
    it(`is ${found ?? "nothing"} with ${name} ${JSON.stringify(container)}`, () => {
      const all = [daemonSet("kube-proxy"), daemonSet(name, container)] as unknown as DaemonSet[];
      expect(policyEnforcer(all, ["v1.34.0"])).to.equal(found);
    });
  }

  it("is k3s, which needs no DaemonSet", () => {
    expect(policyEnforcer([], ["v1.34.1+k3s1"])).to.equal("k3s");
  });
});
