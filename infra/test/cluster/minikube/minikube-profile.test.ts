import { expect } from "chai";
import { findProfile, startCommand } from "../../../cluster/minikube/minikube-profile.ts";
import { fakeMinikube, goodProfile, installMinikube, restorePath } from "../../support/fake-minikube.ts";

const start = "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080 -p minikube";

describe("findProfile", () => {
  afterEach(restorePath);

  it("finds the profile of that name", async () => {
    fakeMinikube([{ ...goodProfile, Name: "other" }, goodProfile]);
    expect(await findProfile("minikube")).to.deep.equal(goodProfile);
    expect(await findProfile("third")).to.equal(undefined);
  });

  it("finds none without any profile, although minikube then exits with an error", async () => {
    installMinikube(`echo '{"invalid":[],"valid":[]}'; exit 85`);
    expect(await findProfile("minikube")).to.equal(undefined);
  });

  it("says what to install if minikube is not on PATH", async () => {
    installMinikube(undefined);
    expect(await errorOf()).to.equal(
      `minikube is not on PATH. Install minikube: https://minikube.sigs.k8s.io/docs/start. Then run: ${start}`,
    );
  });

  it("shows minikube's own error", async () => {
    installMinikube("echo 'X Exiting due to HOST_HOME_PERMISSION' >&2; exit 1");
    expect(await errorOf()).to.equal(
      "minikube profile list --output json failed: X Exiting due to HOST_HOME_PERMISSION",
    );
  });

  it("fails if minikube exceeds the timeout", async () => {
    installMinikube("exec sleep 60");
    expect(await errorOf(100)).to.equal("minikube profile list --output json did not answer within 0.1 s.");
  });
});

describe("startCommand", () => {
  it("publishes the port of Pulumi.dev.yaml, or another one", () => {
    expect(startCommand("minikube")).to.equal(start);
    expect(startCommand("minikube", 30081)).to.equal(start.replace("30080:30080", "30081:30081"));
  });

  it("publishes on the network of a remote Docker, which no tunnel of ssh reaches", () => {
    const before = process.env.DOCKER_HOST;
    try {
      process.env.DOCKER_HOST = "tcp://docker:2375";
      expect(startCommand("minikube")).to.equal(start.replace("127.0.0.1:30080", "30080"));
      process.env.DOCKER_HOST = "ssh://ada@build.example";
      expect(startCommand("minikube")).to.equal(start);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "DOCKER_HOST");
      else process.env.DOCKER_HOST = before;
    }
  });
});

async function errorOf(timeoutMs?: number): Promise<string> {
  return await findProfile("minikube", timeoutMs).then(
    () => "no error",
    (error: unknown) => (error as Error).message,
  );
}
