import { expect } from "chai";
import { findMinikube } from "../minikube.ts";
import {
  fakeMinikube,
  goodProfile,
  installMinikube,
  restorePath,
  type Profiles,
} from "./support/minikube.ts";

const start = "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080";

describe("findMinikube", () => {
  afterEach(restorePath);

  it("says where Docker and the node's ports are", async () => {
    fakeMinikube();
    const minikube = await findMinikube("minikube", "linux");
    expect(minikube.profile).to.equal("minikube");
    expect(minikube.docker).to.deep.equal({
      host: "tcp://192.0.2.1:2376",
      certPath: "/home/ada/.minikube/certs",
    });
    expect(minikube.addressOf(30080)).to.equal("192.0.2.1:30080");
  });

  it("gives the published port where the node is out of reach", async () => {
    fakeMinikube();
    const minikube = await findMinikube("minikube", "darwin");
    expect(minikube.addressOf(30080)).to.equal("127.0.0.1:30080");
    expect(minikube.addressOf(30081)).to.equal("192.0.2.1:30081");
  });

  const { Config } = goodProfile;
  const refusals: [string, Profiles, string][] = [
    ["there is no cluster", [], `There is no minikube cluster "minikube". Run: ${start} -p minikube`],
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
    [
      "the runtime is not Docker",
      [{ ...goodProfile, Config: { ...Config, KubernetesConfig: { ContainerRuntime: "containerd" } } }],
      'The minikube cluster "minikube" has 1 nodes with containerd; the image is built in the Docker of one node. ' +
        "Use another profile: pulumi config set minikubeProfile NAME",
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

async function refusal(): Promise<string> {
  try {
    await findMinikube("minikube");
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
}
