import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  daemonSet,
  goodProfile,
  kubernetesNode,
  withNetwork,
} from "../../../infra/test/support/fake-minikube.ts";
import { url } from "../../checks/cluster-checks.ts";
import { dockerCredentials } from "../../checks/program-checks.ts";
import type { Row } from "../../checks/check.ts";
import { doctor } from "../../commands/doctor.ts";
import { freePort } from "../../../service/dev/free-port.ts";
import { answering } from "../support/answering-server.ts";
import { runUp } from "../support/run-command.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";

const start = "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080";

describe("doctor", () => {
  let machine: Machine;

  afterEach(() => {
    machine.remove();
  });

  /** Runs the doctor on a machine. `missing` excludes rows that depend on the machine running this test. */
  async function examine(setup: Setup) {
    machine = fakeMachine(setup);
    let text = "";
    const code = await doctor({ json: true }, { ...machine, print: (printed) => (text += printed) });
    const rows = JSON.parse(text) as Row[];
    const missing = rows.filter(({ state }) => state === "missing").map(({ name }) => name);
    expect(code).to.equal(missing.length === 0 ? 0 : 1);
    return {
      missing: missing.filter((name) => !["CPUs", "AVX"].includes(name)),
      states: rows.map(({ name, state }) => `${name}: ${state}`),
      row: (name: string) => rows.find((row) => row.name === name),
    };
  }

  it("finds nothing missing on a machine that is ready", async () => {
    const { missing, row } = await examine({});
    expect(missing).to.deep.equal([]);
    expect(row("Docker")).to.deep.include({ state: "ok", found: "client 28.2.2, daemon 28.2.1" });
    expect(row("minikube")).to.deep.include({ state: "ok", found: "v1.37.0" });
    expect(row("kubectl")).to.deep.include({ state: "ok", found: "v1.34.4" });
    expect(row("Pulumi")).to.deep.include({ state: "ok", found: "v3.270.0" });
    expect(row("Pulumi backend")).to.deep.include({ state: "ok", found: "ada at https://api.example.com" });
    expect(row("cluster")).to.deep.include({
      state: "ok",
      found: '"minikube" OK, driver docker, runtime docker, 1 node',
    });
    expect(row("network policies")).to.deep.include({
      state: "ok",
      found: "NetworkPolicies are enforced by calico",
    });
    expect(row("metrics-server")).to.deep.include({ state: "ok", found: "on" });
    expect(row("the URL")).to.deep.include({ state: "ok", found: "http://127.0.0.1:30080" });
  });

  it("asks the cluster what enforces network policies, not minikube's profile", async () => {
    const kubeRouter = daemonSet("kube-router", { args: ["--run-firewall=true"] });
    const machines = JSON.stringify({ items: [kubernetesNode("minikube"), kubeRouter] });
    const { row } = await examine({ profiles: [withNetwork("bridge")], machines });
    expect(row("network policies")).to.deep.include({
      state: "ok",
      found: "NetworkPolicies are enforced by kube-router",
    });
  });

  it("changes nothing", async () => {
    await examine({ profiles: [], login: false });
    expect(machine.changes()).to.deep.equal([]);
    expect(() => machine.read(".pulumi/passphrase")).to.throw("ENOENT");
  });

  it("has a row for everything on a machine that has nothing", async () => {
    const nothing = { docker: undefined, minikube: undefined, kubectl: undefined, pulumi: undefined };
    const { missing, states } = await examine({ programs: nothing });
    expect(missing).to.deep.equal(["Docker", "minikube", "Pulumi"]);
    expect(states).to.include.members([
      "Node: ok",
      "Docker: missing",
      "minikube: missing",
      "kubectl: warn",
      "Pulumi: missing",
      "Pulumi backend: warn",
      "cluster: warn",
    ]);
    expect(states).to.have.length(14);
  });

  const problems: [string, Setup, string, Row["state"], string, string][] = [
    [
      "Docker is not there",
      { programs: { docker: undefined } },
      "Docker",
      "missing",
      "not on PATH",
      "Install Docker: https://docs.docker.com/get-docker/",
    ],
    [
      "Docker's daemon does not run",
      {
        programs: {
          docker: `echo '{"Client":{"Version":"28.2.2"},"Server":null}'
            echo 'Cannot connect to the Docker daemon. Is the docker daemon running?' >&2; exit 1`,
        },
      },
      "Docker",
      "missing",
      "client 28.2.2, no daemon",
      "Start Docker Desktop, or run: sudo systemctl start docker",
    ],
    [
      "this user may not use Docker",
      { programs: { docker: "echo 'permission denied while trying to connect' >&2; exit 1" } },
      "Docker",
      "missing",
      "no daemon",
      "Add yourself to the group docker: sudo usermod -aG docker $USER, then log in again.",
    ],
    [
      "minikube is not there",
      { programs: { minikube: undefined } },
      "minikube",
      "missing",
      "not on PATH",
      "Install minikube: https://minikube.sigs.k8s.io/docs/start/",
    ],
    [
      "kubectl is not there",
      { programs: { kubectl: undefined } },
      "kubectl",
      "warn",
      "not on PATH",
      "kubectl is optional. Instead, run: minikube kubectl -p minikube -- get pods -A",
    ],
    [
      "Pulumi is not there",
      { programs: { pulumi: undefined } },
      "Pulumi",
      "missing",
      "not on PATH",
      "Install Pulumi 3.210.0 or newer: https://www.pulumi.com/docs/install/",
    ],
    [
      "Pulumi is too old",
      { programs: { pulumi: "echo v3.99.1" } },
      "Pulumi",
      "missing",
      "v3.99.1",
      "Install Pulumi 3.210.0 or newer: https://www.pulumi.com/docs/install/",
    ],
    [
      "a program prints something unexpected",
      { programs: { kubectl: "echo hello" } },
      "kubectl",
      "warn",
      "unknown",
      `The check failed: Unexpected token 'h', "hello\n" is not valid JSON`,
    ],
    [
      "Pulumi's backend is out of reach",
      { programs: { pulumi: "echo 'error: dial tcp: no such host' >&2; exit 1" } },
      "Pulumi backend",
      "warn",
      "unknown",
      "Pulumi can't reach the backend of its login. To use a backend in this project, run: pulumi logout\n" +
        "error: dial tcp: no such host",
    ],
    [
      "there is no cluster",
      { profiles: [] },
      "cluster",
      "warn",
      'no minikube cluster "minikube"',
      `\`npm run up\` creates the cluster; by hand: ${start} -p minikube`,
    ],
    [
      "the cluster has no node of its own",
      { profiles: [{ ...goodProfile, Config: { ...goodProfile.Config, Driver: "none" } }] },
      "cluster",
      "missing",
      '"minikube" OK, driver none, runtime docker, 1 node',
      'The minikube cluster "minikube" uses the driver none, which is not supported. `minikube ssh` and ' +
        "`minikube docker-env` don't work with this driver. To use another cluster, run: " +
        "pulumi config set minikubeProfile koa-mongo, then: minikube start -p koa-mongo --driver=docker " +
        "--cni=calico --addons=metrics-server",
    ],
    [
      "the cluster's Kubernetes is too old",
      {
        profiles: [
          withKubernetes({ ContainerRuntime: "docker", CNI: "calico", KubernetesVersion: "v1.29.15" }),
        ],
      },
      "cluster",
      "missing",
      '"minikube" OK, driver docker, runtime docker, 1 node, Kubernetes v1.29.15',
      'The minikube cluster "minikube" has Kubernetes v1.29.15, and the stack needs 1.30 or newer. ' +
        "Run: minikube start -p minikube --kubernetes-version=stable",
    ],
    [
      "the cluster is stopped",
      { profiles: [{ ...goodProfile, Status: "Stopped" }] },
      "cluster",
      "warn",
      '"minikube" Stopped, driver docker, runtime docker, 1 node',
      "`npm run up` starts the cluster; by hand: minikube start -p minikube",
    ],
    [
      "nothing enforces network policies",
      { profiles: [withKubernetes({ ContainerRuntime: "docker", CNI: "" })] },
      "network policies",
      "warn",
      "minikube's default network does not enforce NetworkPolicies",
      `To replace the cluster and all its stacks, run: minikube delete -p minikube, then: ${start} -p minikube`,
    ],
    [
      "metrics-server is off",
      { profiles: [{ ...goodProfile, Config: { ...goodProfile.Config, Addons: null } }] },
      "metrics-server",
      "warn",
      "off: the autoscaler has no CPU measurements",
      "`npm run up` enables metrics-server; by hand: minikube addons enable metrics-server -p minikube",
    ],
  ];
  for (const [what, setup, name, state, found, fix] of problems) {
    it(`says what to do when ${what}`, async () => {
      const { row } = await examine(setup);
      expect(row(name)).to.deep.equal({ name, state, found, fix });
    });
  }

  it("says that no login is needed", async () => {
    const { row } = await examine({ login: false });
    expect(row("Pulumi backend")).to.deep.include({
      state: "ok",
      found: ".pulumi/state in this project (no Pulumi login needed)",
    });
  });

  it("asks the URL of the stack that is deployed, as up and status do", async () => {
    const service = await answering(503);
    try {
      machine = fakeMachine({ url: service.url });
      await runUp(machine);
      let text = "";
      await doctor({ json: true }, { ...machine, print: (printed) => (text += printed) });
      const row = (JSON.parse(text) as Row[]).find(({ name }) => name === "the URL");
      expect(row).to.deep.include({ state: "warn", found: `${service.url} is unavailable: HTTP 503` });
    } finally {
      service.close();
    }
  });

  it("shows the planned URL after down", async () => {
    machine = fakeMachine();
    await runUp(machine);
    machine.set({ deployed: false });
    let text = "";
    await doctor({ json: true }, { ...machine, print: (printed) => (text += printed) });
    const row = (JSON.parse(text) as Row[]).find(({ name }) => name === "the URL");
    expect(row).to.deep.include({ state: "ok", found: "http://127.0.0.1:30080" });
  });

  it("reports a cluster with several control planes as running", async () => {
    for (const Status of ["HAppy", "Degraded"]) {
      const { row } = await examine({ profiles: [{ ...goodProfile, Status }] });
      expect(row("cluster")).to.deep.include({ state: "ok" });
      machine.remove();
    }
    machine = fakeMachine();
  });

  it("names Docker's credential helper that is not on PATH, and Docker's file", () => {
    machine = fakeMachine();
    const file = join(machine.kubeconfig, "../config.json");
    writeFileSync(file, JSON.stringify({ credsStore: "desktop" }));
    expect(dockerCredentials()).to.deep.equal({
      state: "missing",
      found: "a credential helper is not on PATH",
      fix:
        `${file} names the credential helper "desktop", and docker-credential-desktop is not on PATH. Install the ` +
        "helper, or remove the lines with its name (credsStore, credHelpers) from the file and run `docker login` again.",
    });
  });

  it("prints a table with a fix below each problem", async () => {
    machine = fakeMachine({ programs: { pulumi: undefined } });
    let text = "";
    await doctor({ json: false }, { ...machine, print: (printed) => (text += printed) });
    expect(text).to.match(/^ok {7}Docker {12}client 28\.2\.2, daemon 28\.2\.1$/m);
    expect(text).to.match(/^missing {2}Pulumi {12}not on PATH\n {27}→ Install Pulumi 3\.210\.0 or newer: /m);
  });
});

function withKubernetes(KubernetesConfig: {
  ContainerRuntime: string;
  CNI: string;
  KubernetesVersion?: string;
}) {
  return { ...goodProfile, Config: { ...goodProfile.Config, KubernetesConfig } };
}

describe("url", () => {
  const nodePort = (port: number) => ({ expose: "nodePort", nodePort: port });
  const machine = { daemon: undefined, networks: [] };
  let silent: { readonly url: string };
  before(async () => {
    silent = { url: `http://127.0.0.1:${await freePort()}` };
  });

  it("is the published port", async () => {
    expect(await url(goodProfile, nodePort(30080), undefined, machine)).to.deep.equal({
      state: "ok",
      found: "http://127.0.0.1:30080",
    });
    expect(
      (await url(goodProfile, { expose: "loadBalancer", nodePort: 0 }, undefined, machine)).state,
    ).to.equal("ok");
  });

  it("says what publishes a port that is not, where the node is out of reach", async () => {
    const fix =
      "This machine can't reach port 30081 of the node. " +
      "To replace the cluster and all its stacks, run: minikube delete -p minikube, then: " +
      "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30081:30081 -p minikube";
    expect(await url(goodProfile, nodePort(30081), undefined, machine)).to.deep.equal({
      state: "warn",
      found: "unreachable from this machine",
      fix,
    });
    expect(await url(goodProfile, nodePort(0), undefined, machine)).to.deep.include({
      fix: "minikube publishes a port only when it creates the cluster. First, run: pulumi config set nodePort 30080",
    });
    expect(await url(goodProfile, nodePort(30081), silent, machine)).to.deep.include({ state: "warn", fix });
  });

  it("asks the URL of a deployed stack", async () => {
    const service = await answering();
    const found = await url(goodProfile, nodePort(30080), { url: service.url }, machine);
    service.close();
    expect(found).to.deep.equal({ state: "ok", found: `${service.url} answers` });
  });

  it("is not ok where up and status say that the URL does not answer", async () => {
    const unavailable = await answering(503);
    const found = await url(goodProfile, nodePort(0), { url: unavailable.url }, withRoute);
    unavailable.close();
    expect(found).to.deep.equal({
      state: "warn",
      found: `${unavailable.url} is unavailable: HTTP 503`,
      fix: "To see why, run: npm run status",
    });
  });

  it("says that the address has changed since the stack was deployed", async () => {
    expect(await url(goodProfile, nodePort(30080), silent, machine)).to.deep.equal({
      state: "warn",
      found: `${silent.url} is unavailable: connect ECONNREFUSED ${silent.url.slice("http://".length)}`,
      fix: "The URL is http://127.0.0.1:30080 now. Run: npm run up",
    });
  });
});

const withRoute = { daemon: undefined, networks: ["192.0.2.254/24"] };
