import { expect } from "chai";
import { ingressReach, reach } from "../../cluster/node-address.ts";
import { goodProfile } from "../support/fake-minikube.ts";

describe("reach", () => {
  it("is the node itself on Linux", () => {
    expect(reach(goodProfile, 30080, "linux")).to.deep.equal({ address: "192.0.2.1:30080" });
  });

  it("has brackets around an IPv6 address", () => {
    const Nodes = goodProfile.Config.Nodes.map((node) => ({ ...node, IP: "fd00::2" }));
    const profile = { ...goodProfile, Config: { ...goodProfile.Config, Nodes } };
    expect(reach(profile, 30080, "linux")).to.deep.equal({ address: "[fd00::2]:30080" });
  });

  it("is the published port where the node is out of reach", () => {
    expect(reach(goodProfile, 30080, "darwin")).to.deep.equal({ address: "127.0.0.1:30080" });
    expect(reach(goodProfile, 30080, "win32")).to.deep.equal({ address: "127.0.0.1:30080" });
  });

  it("says what publishes a port that is not", () => {
    expect(reach(goodProfile, 30081, "darwin")).to.deep.equal({
      address: "192.0.2.1:30081",
      fault:
        "This machine can't reach port 30081 of the node. Run: minikube delete -p minikube, then: " +
        "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30081:30081 -p minikube",
    });
  });

  it("is the node itself with a driver that gives it an address on this machine", () => {
    const profile = { ...goodProfile, Config: { ...goodProfile.Config, Driver: "hyperkit" } };
    expect(reach(profile, 30081, "darwin")).to.deep.equal({ address: "192.0.2.1:30081" });
  });
});

describe("ingressReach", () => {
  it("is the node on Linux, and needs a tunnel where the node is out of reach", () => {
    expect(ingressReach(goodProfile, "linux")).to.deep.equal({ address: "192.0.2.1" });
    expect(ingressReach(goodProfile, "darwin")).to.deep.equal({
      address: "127.0.0.1",
      meanwhile: "minikube tunnel -p minikube",
    });
  });
});
