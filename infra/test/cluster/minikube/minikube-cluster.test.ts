import { expect } from "chai";
import { findMinikube, type Hints } from "../../../cluster/minikube/minikube-cluster.ts";
import {
  fakeMinikube,
  goodProfile,
  install,
  loadingProfile,
  restorePath,
  withNetwork,
  type Profiles,
} from "../../support/fake-minikube.ts";

const start = "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080 -p minikube";

describe("findMinikube", () => {
  afterEach(restorePath);

  it("has the addresses of Docker and of the node's ports", async () => {
    fakeMinikube();
    const minikube = await findMinikube("minikube");
    expect(minikube.profile).to.equal("minikube");
    expect(await minikube.docker.host).to.equal("tcp://192.0.2.1:2376");
    expect(await minikube.docker.certPath).to.equal("/home/ada/.minikube/certs");
    expect(minikube.reach(30080)).to.deep.equal({ address: "127.0.0.1:30080" });
  });

  it("has the container's published port, not the port that a later start wrote into the profile", async () => {
    fakeMinikube();
    install("docker", `echo '{"30080/tcp":[{"HostIp":"127.0.0.1","HostPort":"49153"}]}'`);
    const minikube = await findMinikube("minikube", { machine: { daemon: undefined, networks: [] } });
    expect(minikube.reach(30080)).to.deep.equal({ address: "127.0.0.1:49153" });
    expect(minikube.reach(30081).problem).to.match(/^This machine can't reach port 30081 of the node/);
  });

  it("does not check whether the cluster runs if Kubernetes has answered", async () => {
    const stopped = [{ ...goodProfile, Status: "Stopped" }];
    fakeMinikube(stopped);
    expect((await findMinikube("minikube", { hasAnswered: true })).profile).to.equal("minikube");
    fakeMinikube([]);
    expect(await errorOf({ hasAnswered: true })).to.match(/^There is no minikube cluster/);
  });

  it("uses this machine's Docker if the cluster has another runtime or several nodes", async () => {
    const { Nodes, KubernetesConfig } = loadingProfile.Config;
    for (const difference of [{ Nodes }, { KubernetesConfig }]) {
      fakeMinikube([{ ...goodProfile, Config: { ...goodProfile.Config, ...difference } }]);
      const minikube = await findMinikube("minikube");
      expect(minikube.buildsInNode).to.equal(false);
      expect(minikube.docker).to.deep.equal({ host: "unix:///home/ada/docker.sock" });
    }
  });

  it("names the nodes as Kubernetes does", async () => {
    fakeMinikube([loadingProfile]);
    expect((await findMinikube("minikube")).nodes).to.deep.equal(["minikube", "minikube-m02"]);
  });

  it("shows the fix for a network that ignores NetworkPolicies, and no problem for a network that enforces them", async () => {
    fakeMinikube([withNetwork("bridge")]);
    expect((await findMinikube("minikube")).policyProblem).to.equal(
      "minikube with --cni=bridge does not enforce NetworkPolicies. " +
        `To replace the cluster and all its stacks, run: minikube delete -p minikube, then: ${start}`,
    );
    fakeMinikube([withNetwork("calico")]);
    expect(await findMinikube("minikube")).not.to.have.property("policyProblem");
  });

  const { Config } = goodProfile;
  const rejected: [string, Profiles, string][] = [
    ["there is no cluster", [], `There is no minikube cluster "minikube". Run: ${start}`],
    [
      "its driver is none",
      [{ ...goodProfile, Config: { ...Config, Driver: "none" } }],
      'The minikube cluster "minikube" uses the driver none, which is not supported. `minikube ssh` and ' +
        "`minikube docker-env` don't work with this driver. To use another cluster, run: " +
        "pulumi config set minikubeProfile koa-mongo, then: minikube start -p koa-mongo --driver=docker --cni=calico --addons=metrics-server",
    ],
    [
      "its Kubernetes is too old",
      [
        {
          ...goodProfile,
          Config: {
            ...Config,
            KubernetesConfig: { ...Config.KubernetesConfig, KubernetesVersion: "v1.29.15" },
          },
        },
      ],
      'The minikube cluster "minikube" has Kubernetes v1.29.15, and the stack needs 1.30 or newer. ' +
        "Run: minikube start -p minikube --kubernetes-version=stable",
    ],
    [
      "it is stopped",
      [{ ...goodProfile, Status: "Stopped" }],
      'The minikube cluster "minikube" is not running (Stopped). Run: minikube start -p minikube',
    ],
    [
      "metrics-server is off",
      [{ ...goodProfile, Config: { ...Config, Addons: null } }],
      "The autoscaler needs metrics-server, which is disabled. Run: minikube addons enable metrics-server -p minikube",
    ],
  ];
  for (const [what, profiles, sentence] of rejected) {
    it(`says what to run when ${what}`, async () => {
      fakeMinikube(profiles);
      expect(await errorOf()).to.equal(sentence);
    });
  }
});

async function errorOf(hints?: Hints): Promise<string> {
  try {
    await findMinikube("minikube", hints);
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
}
