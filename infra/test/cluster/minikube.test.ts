import { expect } from "chai";
import { findMinikube, type Hints } from "../../cluster/minikube.ts";
import {
  fakeMinikube,
  goodProfile,
  install,
  installMinikube,
  loadingProfile,
  restorePath,
  uninstall,
  withNetwork,
  type Profiles,
} from "../support/fake-minikube.ts";

const start = "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080 -p minikube";

describe("findMinikube", () => {
  afterEach(restorePath);

  it("says where Docker and the node's ports are", async () => {
    fakeMinikube();
    const minikube = await findMinikube("minikube", { platform: "linux" });
    expect(minikube.profile).to.equal("minikube");
    expect(await minikube.docker.host).to.equal("tcp://192.0.2.1:2376");
    expect(await minikube.docker.certPath).to.equal("/home/ada/.minikube/certs");
    expect(minikube.reach(30080)).to.deep.equal({ address: "192.0.2.1:30080" });
  });

  it("does not look whether it runs where Kubernetes has answered", async () => {
    const stopped = [{ ...goodProfile, Status: "Stopped" }];
    fakeMinikube(stopped);
    expect((await findMinikube("minikube", { hasAnswered: true })).profile).to.equal("minikube");
    fakeMinikube([]);
    expect(await refusal({ hasAnswered: true })).to.match(/^There is no minikube cluster/);
  });

  it("takes this machine's Docker where the cluster has none, or one a node", async () => {
    const { Nodes, KubernetesConfig } = loadingProfile.Config;
    for (const difference of [{ Nodes }, { KubernetesConfig }]) {
      fakeMinikube([{ ...goodProfile, Config: { ...goodProfile.Config, ...difference } }]);
      const minikube = await findMinikube("minikube", { platform: "linux" });
      expect(minikube.buildsInNode).to.equal(false);
      expect(minikube.docker).to.deep.equal({ host: "unix:///home/ada/docker.sock" });
    }
    fakeMinikube([loadingProfile]);
    expect((await findMinikube("minikube")).nodes).to.deep.equal(["minikube", "minikube-m02"]);
  });

  it("says what that Docker says when it fails", async () => {
    fakeMinikube([loadingProfile]);
    install("docker", "echo 'no such context' >&2; exit 1");
    expect(await refusal()).to.match(
      /this machine's Docker, which does not say where it is: .*no such context/s,
    );
  });

  it("says what to install when that Docker is not there", async () => {
    fakeMinikube([loadingProfile]);
    uninstall("docker");
    expect(await refusal()).to.match(/which is not on PATH\. Install it: https:/);
  });

  it("passes on what minikube says when it does not know its own Docker", async () => {
    fakeMinikube([goodProfile], "echo 'X Exiting due to ENV_DRIVER_CONFLICT' >&2; exit 1");
    const { docker } = await findMinikube("minikube");
    const sentence =
      "minikube docker-env --shell none --profile minikube failed: X Exiting due to ENV_DRIVER_CONFLICT";
    for (const said of [docker.host, docker.certPath]) {
      expect(await Promise.resolve(said).catch((error: unknown) => (error as Error).message)).to.equal(
        sentence,
      );
    }
  });

  it("gives the published port where the node is out of reach", async () => {
    fakeMinikube();
    const minikube = await findMinikube("minikube", { platform: "darwin" });
    expect(minikube.reach(30080)).to.deep.equal({ address: "127.0.0.1:30080" });
    expect(minikube.reach(30081)).to.deep.equal({
      address: "192.0.2.1:30081",
      fault:
        "This machine can't reach port 30081 of the node. Run: minikube delete -p minikube, then: " +
        "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30081:30081 -p minikube",
    });
  });

  const networks: [string | undefined, string | undefined][] = [
    ["calico", undefined],
    ["cilium", undefined],
    ["kube-router", undefined],
    [undefined, "minikube's default network does not enforce NetworkPolicies."],
    ["", "minikube's default network does not enforce NetworkPolicies."],
    ["auto", "minikube's default network does not enforce NetworkPolicies."],
    ["bridge", "minikube with --cni=bridge does not enforce NetworkPolicies."],
    ["flannel", "minikube with --cni=flannel does not enforce NetworkPolicies."],
    ["kindnet", "kindnet enforces NetworkPolicies in newer versions only."],
    ["/home/ada/cni.yaml", "Nobody knows whether /home/ada/cni.yaml enforces NetworkPolicies."],
  ];
  for (const [CNI, sentence] of networks) {
    it(`says ${sentence === undefined ? "nothing" : "what mends it"} with the network ${CNI ?? "of no name"}`, async () => {
      fakeMinikube([withNetwork(CNI)]);
      const { policyFault } = await findMinikube("minikube");
      const mend = ` Another cluster does: minikube delete -p minikube, then: ${start}`;
      expect(policyFault).to.equal(sentence === undefined ? undefined : sentence + mend);
    });
  }

  const { Config } = goodProfile;
  const refusals: [string, Profiles, string][] = [
    ["there is no cluster", [], `There is no minikube cluster "minikube". Run: ${start}`],
    [
      "it is stopped",
      [{ ...goodProfile, Status: "Stopped" }],
      'The minikube cluster "minikube" is not running (Stopped). Run: minikube start -p minikube',
    ],
    [
      "metrics-server is off",
      [{ ...goodProfile, Config: { ...Config, Addons: null } }],
      "The autoscaler needs metrics-server, which is off. Run: minikube addons enable metrics-server -p minikube",
    ],
  ];
  for (const [what, profiles, sentence] of refusals) {
    it(`says what to run when ${what}`, async () => {
      fakeMinikube(profiles);
      expect(await refusal()).to.equal(sentence);
    });
  }

  it("says what to install when minikube is not there", async () => {
    installMinikube(undefined);
    expect(await refusal()).to.equal(
      `minikube is not on PATH. Install it as https://minikube.sigs.k8s.io/docs/start says, then run: ${start}`,
    );
  });

  it("passes on what minikube says when it fails", async () => {
    installMinikube("echo 'X Exiting due to HOST_HOME_PERMISSION' >&2; exit 1");
    expect(await refusal()).to.equal(
      "minikube profile list --output json failed: X Exiting due to HOST_HOME_PERMISSION",
    );
  });
});

async function refusal(hints?: Hints): Promise<string> {
  try {
    await findMinikube("minikube", hints);
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
}
