import { expect } from "chai";
import { existingProfile, reason } from "../../../cluster-tests/modes/support/two-node-cluster.ts";

const minikube = (Name: string, nodes: number) => ({ Name, Config: { Nodes: Array(nodes).fill({}) } });

describe("existingProfile", () => {
  it("is the running minikube if it has two nodes", () => {
    expect(existingProfile({ valid: [minikube("minikube", 2), minikube("b", 2)] }, undefined)).to.equal(
      "minikube",
    );
  });

  it("is none if the running minikube has another number of nodes", () => {
    for (const nodes of [1, 3])
      expect(existingProfile({ valid: [minikube("minikube", nodes), minikube("b", 2)] }, undefined)).to.equal(
        undefined,
      );
    expect(existingProfile({}, undefined)).to.equal(undefined);
  });

  it("is the named one", () => {
    expect(existingProfile({ valid: [minikube("minikube", 2), minikube("b", 2)] }, "b")).to.equal("b");
  });

  it("rejects a name that is no minikube of two nodes", () => {
    for (const nodes of [1, 3])
      expect(() => existingProfile({ valid: [minikube("minikube", 2), minikube("b", nodes)] }, "b")).to.throw(
        "TWO_NODES_PROFILE=b: minikube has no profile of this name with two nodes",
      );
  });
});

describe("the reason why minikube ended", () => {
  const failed = (stderr?: string) => Object.assign(new Error("spawn minikube ENOENT"), { stderr });

  it("is its line that names the exit", () => {
    const stderr =
      '* To fix this\n\nX Exiting due to DRV_AS_ROOT: The "docker" driver should not be used.\n* Box\n';
    expect(reason(failed(stderr))).to.equal('DRV_AS_ROOT: The "docker" driver should not be used.');
  });

  it("is its last line if there is no such line", () => {
    expect(reason(failed("one\ntwo\n\n"))).to.equal("two");
  });

  it("is the error if it printed nothing", () => {
    expect(reason(failed(""))).to.equal("spawn minikube ENOENT");
    expect(reason(failed())).to.equal("spawn minikube ENOENT");
  });
});
