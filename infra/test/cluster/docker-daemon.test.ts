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

  it("is the daemon that the docker command uses", async () => {
    expect(await dockerOfMachine()).to.deep.equal({ host: "unix:///home/ada/docker.sock" });
  });

  it("shows docker's own error", async () => {
    install("docker", "echo 'no such context' >&2; exit 1");
    expect(await messageOf(dockerOfMachine())).to.match(
      /^This machine's Docker builds an image for .*\. `docker context inspect` failed: .*no such context/s,
    );
  });

  it("says what to install if docker is not on PATH", async () => {
    uninstall("docker");
    expect(await messageOf(dockerOfMachine())).to.match(
      /^This machine's Docker builds .*\. docker is not on PATH\. Install Docker: https:/,
    );
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

  it("shows minikube's own error", async () => {
    fakeMinikube([goodProfile], "echo 'X Exiting due to ENV_DRIVER_CONFLICT' >&2; exit 1");
    const { host, certPath } = dockerOfNode("minikube");
    const sentence =
      "minikube docker-env --shell none --profile minikube failed: X Exiting due to ENV_DRIVER_CONFLICT";
    for (const result of [host, certPath]) expect(await messageOf(result)).to.equal(sentence);
  });

  it("names the variable that minikube did not print", async () => {
    fakeMinikube([goodProfile], "echo DOCKER_HOST=tcp://192.0.2.1:2376");
    const { certPath } = dockerOfNode("minikube");
    expect(await messageOf(certPath)).to.equal(
      "`minikube docker-env` printed no DOCKER_CERT_PATH. " +
        "To see its output, run: minikube docker-env --shell none -p minikube",
    );
  });
});

async function messageOf(result: unknown): Promise<string> {
  return await Promise.resolve(result).then(
    () => "no error",
    (error: unknown) => (error as Error).message,
  );
}
