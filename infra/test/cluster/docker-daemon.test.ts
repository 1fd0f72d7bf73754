import { expect } from "chai";
import { canBuild, dockerOfMachine, dockerOfNode } from "../../cluster/docker-daemon.ts";
import {
  fakeMinikube,
  goodProfile,
  install,
  loadingProfile,
  restorePath,
  uninstall,
} from "../support/fake-minikube.ts";

describe("canBuild", () => {
  it("holds for a single node with Docker only", () => {
    const { Nodes, KubernetesConfig } = loadingProfile.Config;
    const { Config } = goodProfile;
    expect(canBuild(goodProfile)).to.equal(true);
    expect(canBuild({ ...goodProfile, Config: { ...Config, Nodes } })).to.equal(false);
    expect(canBuild({ ...goodProfile, Config: { ...Config, KubernetesConfig } })).to.equal(false);
  });
});

describe("dockerOfMachine", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("is the one that docker talks to", async () => {
    expect(await dockerOfMachine()).to.deep.equal({ host: "unix:///home/ada/docker.sock" });
  });

  it("says what that Docker says when it fails", async () => {
    install("docker", "echo 'no such context' >&2; exit 1");
    expect(await messageOf(dockerOfMachine())).to.match(
      /this machine's Docker, which does not say where it is: .*no such context/s,
    );
  });

  it("says what to install when that Docker is not there", async () => {
    uninstall("docker");
    expect(await messageOf(dockerOfMachine())).to.match(/which is not on PATH\. Install it: https:/);
  });
});

describe("dockerOfNode", () => {
  afterEach(restorePath);

  it("has an address and certificates", async () => {
    fakeMinikube();
    const { host, certPath } = dockerOfNode("minikube");
    expect(await host).to.equal("tcp://192.0.2.1:2376");
    expect(await certPath).to.equal("/home/ada/.minikube/certs");
  });

  it("passes on what minikube says when it does not know its own Docker", async () => {
    fakeMinikube([goodProfile], "echo 'X Exiting due to ENV_DRIVER_CONFLICT' >&2; exit 1");
    const { host, certPath } = dockerOfNode("minikube");
    const sentence =
      "minikube docker-env --shell none --profile minikube failed: X Exiting due to ENV_DRIVER_CONFLICT";
    for (const said of [host, certPath]) expect(await messageOf(said)).to.equal(sentence);
  });

  it("says which variable minikube has left out", async () => {
    fakeMinikube([goodProfile], "echo DOCKER_HOST=tcp://192.0.2.1:2376");
    const { certPath } = dockerOfNode("minikube");
    expect(await messageOf(certPath)).to.equal("minikube docker-env did not say DOCKER_CERT_PATH.");
  });
});

async function messageOf(result: unknown): Promise<string> {
  return await Promise.resolve(result).then(
    () => "no error",
    (error: unknown) => (error as Error).message,
  );
}
