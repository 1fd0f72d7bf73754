import { expect } from "chai";
import {
  daemonHost,
  isPublishing,
  portsOf,
  withPublishedPorts,
} from "../../../cluster/minikube/published-port.ts";
import { fakeMinikube, goodProfile, install, restorePath } from "../../support/fake-minikube.ts";

describe("withPublishedPorts", () => {
  afterEach(restorePath);

  /** The profile's ports, if `docker container inspect` runs this command for the node's container. */
  async function portsWith(inspect: string): Promise<readonly string[] | null> {
    fakeMinikube();
    install("docker", `[ "$1 $2 $5" = "container inspect minikube" ] && ${inspect}`);
    return (await withPublishedPorts(goodProfile)).Config.ExposedPorts;
  }

  it("has the container's ports, and not those that a second minikube start wrote into the profile", async () => {
    const bindings =
      '{"22/tcp":[{"HostIp":"127.0.0.1","HostPort":"32772"}],"53/udp":null,' +
      '"30081/tcp":[{"HostIp":"0.0.0.0","HostPort":"49153"},{"HostIp":"::","HostPort":"49153"}]}';
    expect(await portsWith(`echo '${bindings}'`)).to.deep.equal([
      "127.0.0.1:32772:22/tcp",
      "0.0.0.0:49153:30081/tcp",
      "[::]:49153:30081/tcp",
    ]);
  });

  it("has the profile's ports if the container is stopped, or Docker does not answer", async () => {
    for (const inspect of ["echo '{}'", "exit 1", "echo hello"]) {
      expect(await portsWith(inspect), inspect).to.deep.equal(["127.0.0.1:30080:30080"]);
    }
  });

  it("is false for a stopped container, and true for a running one", async () => {
    fakeMinikube();
    install("docker", "echo '{}'");
    expect(await isPublishing(goodProfile)).to.equal(false);
    install("docker", `echo '{"22/tcp":[{"HostIp":"127.0.0.1","HostPort":"32772"}]}'`);
    expect(await isPublishing(goodProfile)).to.equal(true);
  });
});

describe("portsOf", () => {
  it("has the ports of this machine, including ranges", () => {
    const ExposedPorts = ["127.0.0.1:30080:30080", "8000-8001:31000-31001", "30082"];
    expect(portsOf({ ExposedPorts })).to.deep.equal([30080, 8000, 8001]);
    expect(portsOf({ ExposedPorts: null })).to.deep.equal([]);
  });
});

describe("daemonHost", () => {
  it("is the machine of DOCKER_HOST, with its login over ssh", () => {
    expect(daemonHost("docker", { DOCKER_HOST: "ssh://ada@build.example:2222" })).to.deep.equal({
      name: "build.example",
      login: "ada@build.example",
    });
    expect(daemonHost("docker", { DOCKER_HOST: "tcp://[2001:db8::1]:2376" })).to.deep.equal({
      name: "2001:db8::1",
      login: undefined,
    });
    expect(daemonHost("podman", { CONTAINER_HOST: "ssh://build.example" })?.login).to.equal("build.example");
  });

  it("is this machine with a socket, a loopback address, and another driver", () => {
    for (const DOCKER_HOST of [
      "unix:///run/docker.sock",
      "npipe:////./pipe/docker_engine",
      "tcp://127.0.0.1:2375",
      "",
    ]) {
      expect(daemonHost("docker", { DOCKER_HOST }), DOCKER_HOST).to.equal(undefined);
    }
    expect(daemonHost("docker", {})).to.equal(undefined);
    expect(daemonHost("kvm2", { DOCKER_HOST: "tcp://docker:2375" })).to.equal(undefined);
  });

  it("is not the node, which `minikube docker-env` writes into DOCKER_HOST", () => {
    const env = { DOCKER_HOST: "tcp://192.0.2.1:2376", MINIKUBE_ACTIVE_DOCKERD: "minikube" };
    expect(daemonHost("docker", env)).to.equal(undefined);
    const MINIKUBE_EXISTING_DOCKER_HOST = "tcp://docker:2375";
    expect(daemonHost("docker", { ...env, MINIKUBE_EXISTING_DOCKER_HOST })?.name).to.equal("docker");
  });
});
