import { expect } from "chai";
import { ingressReach, reach } from "../../../cluster/minikube/node-address.ts";
import { goodProfile } from "../../support/fake-minikube.ts";

const withConfig = (difference: object) => ({
  ...goodProfile,
  Config: { ...goodProfile.Config, ...difference },
});
const published = (...ExposedPorts: string[]) => withConfig({ ExposedPorts });

/** Docker runs on this machine, so the node's bridge network is here. */
const withBridge = { daemon: undefined, networks: ["127.0.0.1/8", "::1/128", "192.0.2.254/24"] };
/** The networks of macOS, Windows, WSL2 with Docker Desktop, Docker Desktop for Linux, and rootless Docker. */
const withoutBridge = { daemon: undefined, networks: ["127.0.0.1/8", "::1/128", "172.17.0.1/16"] };
const overSsh = { daemon: { name: "build.example", login: "ada@build.example" }, networks: [] };
const overTcp = { daemon: { name: "docker", login: undefined }, networks: [] };

describe("reach", () => {
  it("is the published port, whether or not this machine has a route to the node", () => {
    for (const machine of [withBridge, withoutBridge]) {
      expect(reach(goodProfile, 30080, machine)).to.deep.equal({ address: "127.0.0.1:30080" });
    }
  });

  it("has brackets around an IPv6 address", () => {
    const Nodes = goodProfile.Config.Nodes.map((node) => ({ ...node, IP: "fd00::2" }));
    const profile = { ...goodProfile, Config: { ...goodProfile.Config, Nodes, ExposedPorts: [] } };
    const machine = { networks: ["fd00::1/64"] };
    expect(reach(profile, 30080, machine)).to.deep.equal({ address: "[fd00::2]:30080" });
  });

  it("is the address that the port is published on, and the port of this machine", () => {
    const addresses = [
      ["0.0.0.0:8080:30080", "127.0.0.1:8080"],
      ["30080:30080", "127.0.0.1:30080"],
      ["30080:30080/tcp", "127.0.0.1:30080"],
      ["198.51.100.7:80:30080", "198.51.100.7:80"],
      ["[::1]:30080:30080", "[::1]:30080"],
      ["127.0.0.1:31000-31100:30000-30100", "127.0.0.1:31080"],
    ] as const;
    for (const [port, address] of addresses) {
      expect(reach(published(port), 30080, withoutBridge), port).to.deep.equal({ address });
    }
  });

  it("is the node if the port is another stack's, is for UDP, or is chosen by Docker", () => {
    for (const port of ["127.0.0.1:30081:30081", "30080:30080/udp", "30080"]) {
      expect(reach(published(port), 30080, withBridge), port).to.deep.equal({ address: "192.0.2.1:30080" });
    }
  });

  it("shows how to publish a port, if this machine has no route to the node", () => {
    const problem =
      "This machine can't reach port 30081 of the node. " +
      "To replace the cluster and all its stacks, run: minikube delete -p minikube, then: " +
      "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30081:30081 -p minikube";
    // A bridge with the same network belongs to this machine's own Docker.
    const withOwnBridge = { ...overTcp, networks: withBridge.networks };
    for (const machine of [withoutBridge, overSsh, withOwnBridge]) {
      expect(reach(goodProfile, 30081, machine)).to.deep.equal({ address: "192.0.2.1:30081", problem });
    }
  });

  it("is the node itself if its driver assigns an address on this machine, whatever the profile publishes", () => {
    const profile = withConfig({ Driver: "kvm2" });
    expect(reach(profile, 30080, withoutBridge)).to.deep.equal({ address: "192.0.2.1:30080" });
  });

  describe("when Docker runs on another machine", () => {
    it("is that machine", () => {
      expect(reach(published("30080:30080"), 30080, overTcp)).to.deep.equal({ address: "docker:30080" });
      expect(reach(published("0.0.0.0:80:30080"), 30080, overSsh)).to.deep.equal({
        address: "build.example:80",
      });
    });

    it("shows the ssh tunnel to a port on that machine's loopback address", () => {
      expect(reach(goodProfile, 30080, overSsh)).to.deep.equal({
        address: "127.0.0.1:30080",
        problem:
          "Docker runs on build.example, and port 30080 is published on that machine only. " +
          "Run in another terminal: ssh -N -L 30080:127.0.0.1:30080 ada@build.example",
      });
    });
  });
});

describe("ingressReach", () => {
  it("is the node with a route to it, and needs a tunnel without", () => {
    expect(ingressReach(goodProfile, withBridge)).to.deep.equal({ address: "192.0.2.1" });
    expect(ingressReach(goodProfile, withoutBridge)).to.deep.equal({
      address: "127.0.0.1",
      tunnel: "minikube tunnel -p minikube",
    });
  });
});
