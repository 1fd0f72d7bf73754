import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { findSite } from "../../cluster/cluster-facts.ts";
import { readSettings } from "../../settings/stack-settings.ts";
import {
  fakeKubectl,
  fakeMinikube,
  goodProfile,
  ingressClass,
  kubernetesNode,
  restorePath,
  type KubectlAnswers,
} from "../support/fake-minikube.ts";
import { clusterUid, setConfig } from "../support/mocked-program.ts";

const current = { cluster: "current", registry: "ghcr.io/ada/koa", storage: "fast" };
const clusters = { minikube: {}, current };

describe("findSite", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  const find = async (values: object, answers: KubectlAnswers = {}) => {
    fakeKubectl({ uid: clusterUid, nodes: [kubernetesNode("a")], ...answers });
    return await findSite(readSettings(setConfig({ ...values })));
  };
  const errorOf = async (values: object, answers?: KubectlAnswers) =>
    await find(values, answers).then(
      () => "no error",
      (error: unknown) => (error as Error).message,
    );
  const node = (changes: object) => {
    const plain = kubernetesNode("a");
    return { ...plain, status: { ...(plain.status as object), ...changes } };
  };

  for (const [kind, values] of Object.entries(clusters)) {
    it(`rejects an old Kubernetes and a missing credential helper, with cluster ${kind}`, async () => {
      const old = node({ nodeInfo: { architecture: "amd64", kubeletVersion: "v1.29.4" } });
      expect(await errorOf(values, { nodes: [old] })).to.match(
        /^The node a has Kubernetes v1\.29\.4, and the stack needs 1\.30 or newer\./,
      );
      expect(await errorOf(values)).to.equal("no error");
      const file = join(process.env.DOCKER_CONFIG ?? "", "config.json");
      writeFileSync(file, '{"credsStore":"absent"}');
      expect(await errorOf(values)).to.include("docker-credential-absent is not on PATH");
    });
  }

  it("rejects a missing credential helper of the registry that the image is pushed to", async () => {
    const file = join(process.env.DOCKER_CONFIG ?? "", "config.json");
    writeFileSync(file, '{"credHelpers":{"ghcr.io":"absent"}}');
    expect(await errorOf(current)).to.include("docker-credential-absent is not on PATH");
    expect(await errorOf({})).to.equal("no error");
  });

  it("has brackets around a node's IPv6 address", async () => {
    const addresses = [{ type: "InternalIP", address: "2001:db8::1" }];
    const { reach } = await find(current, { nodes: [node({ addresses })] });
    expect(reach(30080)).to.deep.equal({ address: "[2001:db8::1]:30080" });
  });

  it("names the tunnel for an Ingress where this machine has no route to minikube's node", async () => {
    const classes = { ingressClasses: [ingressClass("traefik")] };
    // This network is reserved for documentation, so no interface has it.
    const Config = { ...goodProfile.Config, Nodes: [{ IP: "203.0.113.1" }] };
    fakeMinikube([{ ...goodProfile, Config }]);
    const ingress = { expose: "ingress", host: "a.example", ingressClass: "traefik" };
    expect((await find(ingress, classes)).problems).to.deep.equal([
      "This machine has no route to the node. To reach the Ingress, run in another terminal: minikube tunnel -p minikube",
    ]);
    expect((await find({})).problems).to.deep.equal([]);
  });

  it("warns of a platform that no node has, and of an IngressClass that the cluster does not have", async () => {
    const { architecture, problems } = await find({ ...current, platform: "linux/arm64" });
    expect(architecture).to.equal("arm64");
    expect(problems).to.deep.equal([
      "platform is linux/arm64, and no node has this architecture, only amd64. Run: pulumi config rm platform",
    ]);
    const ingress = { ...current, expose: "ingress", host: "a.example", ingressClass: "nginx" };
    const other = await find(ingress, { ingressClasses: [ingressClass("traefik")] });
    expect(other.problems).to.deep.equal([
      "The cluster has no IngressClass nginx, only traefik. Run: pulumi config set ingressClass traefik",
    ]);
    const same = await find(ingress, { ingressClasses: [ingressClass("nginx")] });
    expect(same.problems).to.deep.equal([]);
  });
});
