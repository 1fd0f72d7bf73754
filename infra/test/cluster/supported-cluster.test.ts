import { expect } from "chai";
import { isTooOld, unsupportedNodes } from "../../cluster/supported-cluster.ts";

describe("isTooOld", () => {
  it("is true before Kubernetes 1.30, in every form of a version", () => {
    for (const version of ["v1.29.15", "1.9", "v1.29.8-gke.1031000"])
      expect(isTooOld(version)).to.equal(true);
    for (const version of ["v1.30.0", "v1.34.4", "v1.31.2-eks-7f9249a", "2.0", ""])
      expect(isTooOld(version)).to.equal(false);
  });
});

describe("unsupportedNodes", () => {
  const node = { address: undefined, architecture: "amd64", milliCpu: 1000, memoryBytes: 1 };

  it("names the node that is too old, and nothing where no version is known", () => {
    const nodes = [
      { ...node, name: "a", kubelet: "v1.30.1" },
      { ...node, name: "b", kubelet: "v1.28.2" },
    ];
    expect(unsupportedNodes(nodes)).to.match(
      /^The node b has Kubernetes v1\.28\.2, and the stack needs 1\.30 or newer\. Upgrade /,
    );
    expect(unsupportedNodes([{ ...node, name: "a" }])).to.equal(undefined);
    expect(unsupportedNodes(undefined)).to.equal(undefined);
  });
});
