import { once } from "node:events";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { goodProfile } from "../../../infra/test/support/fake-minikube.ts";
import { freePort, freePortFrom } from "../../../service/dev/free-port.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { FakeApiServer, paths } from "../support/fake-api-server.ts";
import { fakeMachine, pulumiWithStack, type Machine, type Setup } from "../support/fake-machine.ts";
import { deployment, pod } from "../support/fake-stack.ts";
import { runUp, runUpInPipe } from "../support/run-command.ts";

/** A cluster on this machine may use the port of Pulumi.dev.yaml, so choose a free one. */
const nodePort = await freePort();
const start = `minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:${nodePort}:${nodePort} -p minikube`;
const stopped = {
  ...goodProfile,
  Status: "Stopped",
  Config: { ...goodProfile.Config, ExposedPorts: [`127.0.0.1:${nodePort}:${nodePort}`] },
};
const create = "pulumi stack select --create --non-interactive --stack dev";
const deploy = "pulumi up --yes --skip-preview --non-interactive --stack dev";
const waitForCalico =
  "kubectl --context minikube rollout status daemonset/calico-node --namespace kube-system --timeout=10m";
const argument = '"path":"/spec/template/spec/containers/0/args/1","value":"--metric-resolution';
const setTargetPeriod =
  "kubectl --context minikube patch deployment metrics-server --namespace kube-system --type=json " +
  `--patch [{"op":"test",${argument}=60s"},{"op":"replace",${argument}=15s"}]`;

describe("up", () => {
  let machine: Machine;
  let service: Answering;

  beforeEach(async () => {
    service = await answering();
  });

  afterEach(() => {
    service.close();
    machine.remove();
  });

  function on(setup: Setup): Machine {
    machine = fakeMachine({ url: service.url, nodePort, ...setup });
    return machine;
  }

  /** The command with the copy of the configuration. */
  function withCopy(command: string): string {
    return `${command} --config-file ${join(machine.project.folder, ".pulumi/Pulumi.dev.yaml")}`;
  }

  describe("when something is missing", () => {
    const sentences: [string, Setup["programs"] & object, string][] = [
      [
        "Docker",
        { docker: undefined },
        "Docker: not on PATH. Install Docker: https://docs.docker.com/get-docker/",
      ],
      [
        "Docker's daemon",
        { docker: `echo '{"Client":{"Version":"28.2.2"},"Server":null}'; exit 1` },
        "Docker: client 28.2.2, no daemon. Start Docker Desktop, or run: sudo systemctl start docker",
      ],
      [
        "minikube",
        { minikube: undefined },
        "minikube: not on PATH. Install minikube: https://minikube.sigs.k8s.io/docs/start/",
      ],
      [
        "Pulumi",
        { pulumi: undefined },
        "Pulumi: not on PATH. Install Pulumi 3.210.0 or newer: https://www.pulumi.com/docs/install/",
      ],
      [
        "a newer Pulumi",
        { pulumi: "echo v3.209.9" },
        "Pulumi: v3.209.9. Install Pulumi 3.210.0 or newer: https://www.pulumi.com/docs/install/",
      ],
    ];
    for (const [what, programs, sentence] of sentences) {
      it(`says what to do about ${what}, and changes nothing`, async () => {
        const outcome = await runUp(on({ programs }));
        expect(outcome).to.deep.equal({ code: 1, text: sentence });
        expect(machine.changes()).to.deep.equal([]);
      });
    }

    it("says everything at once", async () => {
      const { text } = await runUp(
        on({ programs: { docker: undefined, minikube: undefined, pulumi: undefined } }),
      );
      expect(text.split("\n")).to.have.length(3);
    });
  });

  it("says what to do where minikube rejects root, and remembers no cluster", async () => {
    const minikube = `case "$1" in
      version) echo '{"minikubeVersion":"v1.37.0"}' ;;
      profile) echo '{"valid":[]}' ;;
      *) echo 'X Exiting due to DRV_AS_ROOT: The "docker" driver should not be used with root privileges.' >&2; exit 100 ;;
    esac`;
    const { code, text } = await runUp(on({ profiles: [], programs: { minikube } }));
    expect(code).to.equal(1);
    expect(text).to.include("minikube creates no cluster as root. Run the command as another user");
    expect(() => machine.read(".pulumi/made-cluster")).to.throw("ENOENT");
  });

  it("creates the cluster where there is none", async () => {
    const { code, text } = await runUp(on({ profiles: [] }));
    expect(text).to.equal(
      `${service.url}\n\n  curl ${service.url}\n  kubectl get pods -n koa-mongo-stack-dev-1234\n  npm run down`,
    );
    expect(code).to.equal(0);
    expect(machine.changes()).to.deep.equal([start, waitForCalico, setTargetPeriod, create, deploy]);
    expect(JSON.parse(machine.read(".pulumi/made-cluster"))).to.deep.equal({
      profile: "minikube",
      id: "uid-1",
    });
  });

  describe("when another program has the port", () => {
    let other: Server;
    let port: number;
    beforeEach(async () => {
      port = await freePort();
      other = createServer().listen(port, "127.0.0.1");
      await once(other, "listening");
    });
    afterEach(() => {
      other.close();
    });

    it("says so before minikube creates a cluster, and the next up creates it as the first would have", async () => {
      on({ profiles: [] });
      const project = { ...machine.project, nodePort: port };
      const { code, text } = await runUp({ ...machine, project });
      expect(code).to.equal(1);
      const next = await freePortFrom(port + 1, ["127.0.0.1"]);
      expect(text).to.equal(
        `Port ${port} of this machine is in use, and the cluster needs it. Stop the program that listens there, ` +
          `or set koa-mongo-stack:nodePort to ${next} in Pulumi.dev.yaml. Then run: npm run up`,
      );
      expect(machine.changes()).to.deep.equal([]);
      expect(() => machine.read(".pulumi/made-cluster")).to.throw("ENOENT");
      other.close();
      await once(other, "close");
      await runUp({ ...machine, project });
      expect(machine.changes()[0]).to.equal(start.replaceAll(String(nodePort), String(port)));
    });

    it("names a port that nodePort can be, also after the last of its range", async () => {
      const last = createServer().listen(32_767, "127.0.0.1");
      // If another program already uses the port, the test works too.
      await Promise.race([once(last, "listening"), once(last, "error").catch(() => undefined)]);
      on({ profiles: [] });
      const { text } = await runUp({ ...machine, project: { ...machine.project, nodePort: 32_767 } });
      last.close();
      expect(Number(/nodePort to (\d+)/.exec(text)?.[1])).to.be.within(30_000, 32_767);
    });

    it("says so before minikube starts a cluster that is stopped", async () => {
      const Config = { ...goodProfile.Config, ExposedPorts: [`127.0.0.1:${port}:30080`] };
      const { code, text } = await runUp(on({ profiles: [{ ...goodProfile, Status: "Stopped", Config }] }));
      expect(code).to.equal(1);
      expect(text).to.match(/^Port \d+ of this machine is in use, .*listens there, then run: npm run up$/);
      expect(machine.changes()).to.deep.equal([]);
    });
  });

  it("says which port it was that only Docker knows to be in use", async () => {
    const docker = "Error response from daemon: Bind for 127.0.0.1:30080 failed: port is already allocated";
    const minikube = `case "$1 $2" in
      "version "*) echo '{"minikubeVersion":"v1.37.0"}' ;;
      "profile list") echo '{"valid":[]}' ;;
      *) echo 'X Exiting due to GUEST_PROVISION: ${docker}' >&2; exit 80 ;;
    esac`;
    const { text } = await runUp(on({ profiles: [], programs: { minikube } }));
    expect(text)
      .to.include(docker)
      .and.include(`\nPort ${nodePort} of this machine is in use, and the cluster needs it.`);
  });

  it("completes a cluster that an earlier up left half created, with the same network and ports", async () => {
    on({ profiles: [stopped] });
    mkdirSync(join(machine.project.folder, ".pulumi"));
    writeFileSync(join(machine.project.folder, ".pulumi/made-cluster"), '{"profile":"minikube","id":null}');
    await runUp(machine);
    expect(machine.changes()[0]).to.equal(start);
    expect(machine.changes()).not.to.include("minikube delete -p minikube");
  });

  it("waits for Calico in a cluster that an earlier up created, and was cut off in that wait", async () => {
    on({});
    mkdirSync(join(machine.project.folder, ".pulumi"));
    writeFileSync(join(machine.project.folder, ".pulumi/made-cluster"), '{"profile":"minikube","id":null}');
    await runUp(machine);
    expect(machine.changes()[0]).to.equal(waitForCalico);
    await runUp(machine);
    expect(machine.changes()).not.to.include(waitForCalico);
  });

  describe("with minikube's driver none", () => {
    const fix = "Run: unset MINIKUBE_DRIVER; minikube config set driver docker";
    const none = { ...goodProfile, Config: { ...goodProfile.Config, Driver: "none" } };

    it("says what to do before minikube creates a cluster, wherever the driver is set", async () => {
      const configured = await runUp(on({ profiles: [], driver: "none" }));
      expect(configured.code).to.equal(1);
      expect(configured.text).to.include(fix);
      machine.set({ profiles: [] });
      process.env.MINIKUBE_DRIVER = "none";
      expect((await runUp(machine)).text).to.include(fix);
      expect(machine.changes()).to.deep.equal([]);
      expect(() => machine.read(".pulumi/made-cluster")).to.throw("ENOENT");
    });

    it("creates a cluster with the driver of the environment, whatever the configuration says", async () => {
      on({ profiles: [], driver: "none" });
      process.env.MINIKUBE_DRIVER = "docker";
      expect((await runUp(machine)).code).to.equal(0);
      expect(machine.changes()[0]).to.equal(start);
    });

    it("rejects a cluster that has it", async () => {
      const { code, text } = await runUp(on({ profiles: [none] }));
      expect(code).to.equal(1);
      expect(text).to.match(/^The minikube cluster "minikube" uses the driver none, which is not supported/);
      expect(machine.changes()).to.deep.equal([]);
    });
  });

  it("deploys nothing to a new cluster that does not say its identity: a later up would delete the cluster", async () => {
    const { code, text } = await runUp(on({ profiles: [], clusterId: "" }));
    expect(code).to.equal(1);
    expect(text).to.equal(
      'The minikube cluster "minikube" was created and does not answer yet. Run: npm run up',
    );
    expect(machine.changes()).to.deep.equal([start, waitForCalico]);
  });

  it("starts a cluster that is stopped, as it is", async () => {
    const { code } = await runUp(on({ profiles: [stopped] }));
    expect(code).to.equal(0);
    expect(machine.changes()).to.deep.equal(["minikube start -p minikube", create, deploy]);
    expect(() => machine.read(".pulumi/made-cluster")).to.throw("ENOENT");
  });

  it("leaves a cluster alone that runs", async () => {
    const { code } = await runUp(on({}));
    expect(code).to.equal(0);
    expect(machine.changes()).to.deep.equal([create, deploy]);
  });

  it("enables metrics-server where it is off", async () => {
    await runUp(on({ profiles: [{ ...goodProfile, Config: { ...goodProfile.Config, Addons: null } }] }));
    expect(machine.changes()).to.deep.equal([
      "minikube addons enable metrics-server -p minikube",
      create,
      deploy,
    ]);
  });

  it("lets metrics-server be that measures often already", async () => {
    await runUp(on({ profiles: [], metricResolution: "10s" }));
    expect(machine.changes()).to.deep.equal([start, waitForCalico, create, deploy]);
  });

  describe("with an Ingress", () => {
    const config = { expose: "ingress", host: "koa-mongo.local" };
    const withNode = (IP: string, addons: object) => [
      { ...goodProfile, Config: { ...goodProfile.Config, Nodes: [{ IP }], Addons: addons } },
    ];
    const port = () => new URL(service.url).port;

    it("enables its controller, asks at the node's address, and prints the line of the hosts file", async () => {
      const profiles = withNode("127.0.0.1", { "metrics-server": true });
      const { code, text } = await runUp(on({ config, profiles, url: `http://koa-mongo.local:${port()}` }));
      expect(code, text).to.equal(0);
      expect(text).to.match(/^Add this line to \/etc\/hosts:\n\n127\.0\.0\.1 koa-mongo\.local\n/);
      expect(machine.changes()).to.deep.equal(["minikube addons enable ingress -p minikube", create, deploy]);
    });

    const classes = (name: string, isDefault: boolean) =>
      JSON.stringify({
        items: [
          {
            metadata: {
              name,
              annotations: { "ingressclass.kubernetes.io/is-default-class": String(isDefault) },
            },
          },
        ],
      });

    for (const [what, ingressClass, isDefault] of [
      ["of the configuration", { ingressClass: "traefik" }, false],
      ["that is the cluster's default", {}, true],
    ] as const) {
      it(`leaves the addon off where there is another controller, ${what}`, async () => {
        const profiles = withNode("127.0.0.1", { "metrics-server": true });
        const url = `http://koa-mongo.local:${port()}`;
        const ingressClasses = classes("traefik", isDefault);
        const { code, text } = await runUp(
          on({ config: { ...config, ...ingressClass }, profiles, url, ingressClasses }),
        );
        expect(code, text).to.equal(0);
        expect(machine.changes()).to.deep.equal([create, deploy]);
      });
    }

    it("lists the IngressClasses where that of the configuration does not exist", async () => {
      const ingressClasses = classes("traefik", true);
      const { code, text } = await runUp(
        on({ config: { ...config, ingressClass: "contour" }, ingressClasses }),
      );
      expect({ code, text }).to.deep.equal({
        code: 1,
        text:
          "The cluster has no IngressClass contour, only traefik. " +
          "Run: pulumi config set ingressClass traefik",
      });
      expect(machine.changes()).to.deep.equal([]);
    });

    it("leaves a controller alone that is on", async () => {
      const profiles = withNode("127.0.0.1", { "metrics-server": true, ingress: true });
      await runUp(on({ config, profiles, url: `http://koa-mongo.local:${port()}` }));
      expect(machine.changes()).to.deep.equal([create, deploy]);
    });

    const serviceOf = (port: number, nodePort: string) => ({
      spec: { ports: [{ port, nodePort: Number(nodePort) }] },
    });
    const services = (...items: readonly object[]) => JSON.stringify({ items });
    const health = { status: "ok", version: "0.1.0" };

    it("finds a controller at the node port of its Service, where the node's own port is closed", async () => {
      const closed = `http://koa-mongo.local:${await freePort()}`;
      const found = services({ spec: {} }, serviceOf(443, "1"), serviceOf(80, port()));
      const profiles = withNode("127.0.0.1", goodProfile.Config.Addons);
      const { code, text } = await runUp(on({ config, profiles, url: closed, services: found }));
      expect(code, text).to.equal(0);
      expect(text)
        .to.include("\n127.0.0.1 koa-mongo.local\n")
        .and.include(`  curl http://koa-mongo.local:${port()}\n`);
    });

    it("chooses the node port that the stack answers at, where several Services have one", async () => {
      const other = await answering(200, "another app");
      const own = await answering(200, health);
      const [otherPort, ownPort] = [other, own].map(({ url }) => new URL(url).port) as [string, string];
      const profiles = withNode("127.0.0.1", goodProfile.Config.Addons);
      const found = services(serviceOf(80, otherPort), serviceOf(80, ownPort));
      // Another controller answers at the node's own port.
      const url = `http://koa-mongo.local:${port()}`;
      const { code, text } = await runUp(on({ config, profiles, url, services: found }));
      for (const server of [other, own]) server.close();
      expect(code, text).to.equal(0);
      expect(text).to.include(`  curl http://koa-mongo.local:${ownPort}\n`);
    });

    it("prints the tunnel that a node out of reach needs, before it waits", async () => {
      const profiles = withNode("203.0.113.1", { "metrics-server": true, ingress: true });
      const url = "http://koa-mongo.local:1";
      const { code, text } = await runUp(on({ config, profiles, url }));
      expect(code).to.equal(1);
      const [hint, failure] = ["In another terminal, run: minikube tunnel -p minikube", "does not answer"];
      expect(text).to.include("127.0.0.1 koa-mongo.local\n" + hint);
      expect(text.indexOf(failure)).to.be.greaterThan(text.indexOf(hint));
    });

    it("says what answers there, if not the service", async () => {
      const notFound = await answering(404);
      const url = notFound.url.replace("127.0.0.1", "koa-mongo.local");
      const { code, text } = await runUp(
        on({ config, profiles: withNode("127.0.0.1", goodProfile.Config.Addons), url }),
      );
      notFound.close();
      expect(code).to.equal(1);
      expect(text).to.include(`${url} does not answer after 0.05 s: HTTP 404.`);
    });
  });

  it("leaves a cluster to Pulumi that is not minikube", async () => {
    const outcome = await runUp(on({ config: { cluster: "current" } }));
    expect(outcome).to.deep.equal({
      code: 1,
      text: 'npm run up needs minikube, and the stack dev uses the cluster "current". Run: npm run pulumi -- up',
    });
    expect(machine.changes()).to.deep.equal([]);
  });

  it("prints what the program warns of", async () => {
    const { text } = await runUp(on({ warning: "No load balancer" }));
    expect(text).to.match(/^warning: No load balancer\n\nhttp/);
  });

  it("changes nothing that is there already when it runs again", async () => {
    await runUp(on({ profiles: [], login: false }));
    const passphrase = machine.read(".pulumi/passphrase");
    const copy = machine.read(".pulumi/Pulumi.dev.yaml");
    machine.changes();
    const { code } = await runUp(machine);
    expect(code).to.equal(0);
    expect(machine.changes()).to.deep.equal([withCopy(deploy)]);
    expect(machine.read(".pulumi/passphrase")).to.equal(passphrase);
    expect(machine.read(".pulumi/Pulumi.dev.yaml")).to.equal(copy);
  });

  describe("without a Pulumi login", () => {
    it("keeps the stack in the project, with a passphrase of its own", async () => {
      const { code } = await runUp(on({ login: false }));
      const folder = machine.project.folder;
      expect(code).to.equal(0);
      expect(machine.changes()).to.deep.equal([create, withCopy(deploy)]);
      const environment =
        `backend=file://${folder}/.pulumi/state passphrase=none ` + `file=${folder}/.pulumi/passphrase`;
      expect(machine.environments()).to.deep.equal([`stack ${environment}`, `up ${environment}`]);
      expect(machine.read(".pulumi/passphrase")).to.match(/^[\w-]{32}$/);
      expect(statSync(join(folder, ".pulumi/passphrase")).mode & 0o777).to.equal(0o600);
    });

    it("leaves the committed configuration as it is", async () => {
      on({ login: false });
      const committed = machine.read("Pulumi.dev.yaml");
      await runUp(machine);
      expect(machine.read("Pulumi.dev.yaml")).to.equal(committed);
      expect(machine.read(".pulumi/Pulumi.dev.yaml")).to.equal(`${committed}encryptionsalt: v1:made\n`);
    });

    it("ignores a passphrase that is meant for others", async () => {
      on({ login: false });
      process.env.PULUMI_CONFIG_PASSPHRASE = "of another backend";
      await runUp(machine);
      expect(machine.environments().join()).to.include("passphrase=none");
    });

    it("stays in the project after a login", async () => {
      await runUp(on({ login: false }));
      machine.set({ login: true, url: service.url });
      machine.environments();
      await runUp(machine);
      expect(machine.environments().join()).to.include(
        `backend=file://${machine.project.folder}/.pulumi/state`,
      );
    });
  });

  it("uses the login that is there", async () => {
    await runUp(on({}));
    const environment = "backend=none passphrase=none file=none";
    expect(machine.environments()).to.deep.equal([`stack ${environment}`, `up ${environment}`]);
  });

  it("does not mistake a network outage for a missing login", async () => {
    const { pulumi } = {
      pulumi: `[ "$1" = version ] && echo v3.270.0 || { echo 'dial tcp: no such host' >&2; exit 1; }`,
    };
    const { code, text } = await runUp(on({ programs: { pulumi } }));
    expect(code).to.equal(1);
    expect(text).to.equal(
      "Pulumi can't reach the backend of its login. To use a backend in this project, run: pulumi logout\n" +
        "dial tcp: no such host",
    );
  });

  it("passes on what a program says that fails, and forgets a cluster that never was", async () => {
    const minikube = `case "$1 $2" in
      "version "*) echo '{"minikubeVersion":"v1.37.0"}' ;;
      "profile list") echo '{"valid":[]}' ;;
      *) echo 'X Exiting due to RSRC_INSUFFICIENT_CORES' >&2; exit 29 ;;
    esac`;
    const { code, text } = await runUp(on({ programs: { minikube } }));
    expect(code).to.equal(1);
    expect(text).to.equal(`X Exiting due to RSRC_INSUFFICIENT_CORES\n${start}: ended with code 29`);
    expect(() => machine.read(".pulumi/made-cluster")).to.throw("ENOENT");
  });

  it("says why pods aren't ready, where Pulumi only knows that they aren't", async () => {
    const pulumi = pulumiWithStack(
      `"stack output") echo '{"url":"${service.url}","namespace":"koa-mongo-stack-dev-1234"}' ;;`,
      `*) echo 'error: deadline exceeded' >&2; exit 255 ;;`,
    );
    const cluster = await new FakeApiServer(on({ programs: { pulumi } }).kubeconfig).start();
    for (const path of Object.values(paths)) cluster.set(path, []);
    cluster.set(paths.deployments, [deployment(1, 3)]);
    const state = { waiting: { reason: "CrashLoopBackOff" } };
    const stuck = pod("web-1-ccccc", "web", { ready: false, state });
    cluster.set(paths.pods, [pod("web-1-aaaaa", "web"), pod("web-1-bbbbb", "web", { ready: false }), stuck]);
    const err = { message: "querySrv ENOTFOUND _mongodb._tcp.db.example" };
    const line = { level: 40, time: 1, err, msg: "can't connect to MongoDB yet" };
    cluster.log("web-1-bbbbb", "2026-01-02T03:04:05.000000000Z", JSON.stringify(line));
    const { code, text } = await runUp(machine);
    cluster.close();
    expect(code).to.equal(1);
    expect(text).to.equal(
      `error: deadline exceeded\n${deploy}: ended with code 255\n\n` +
        "The deployment failed: deadline exceeded\n" +
        "The pod web-1-bbbbb isn't ready: can't connect to MongoDB yet: querySrv ENOTFOUND _mongodb._tcp.db.example\n" +
        "The pod web-1-ccccc isn't ready: CrashLoopBackOff\n" +
        `The service still answers at ${service.url}, with 1 ready pod.\n` +
        "To see more, run: npm run status",
    );
  });

  describe("in a pipe", () => {
    /** Pulumi with a deployed stack, whose update prints these lines and fails. */
    const failing = (...lines: readonly string[]) =>
      pulumiWithStack(
        `"stack output") echo '{}' ;;`,
        `*) printf '%b\\n' ${lines.map((line) => `'${line}'`).join(" ")}; exit 255 ;;`,
      );

    it("prints Pulumi's output once, without colors, and ends with the cause", async () => {
      const pulumi = failing(
        " +  docker:index:Image web creating (0s) \\033[31mservice/a.ts:1:2: Expected\\033[0m",
        "Diagnostics:",
        "  docker:index:Image (web):",
        "    error: exit code: 1",
      );
      const { code, text, errors } = await runUpInPipe(on({ programs: { pulumi } }));
      expect(code).to.equal(1);
      expect(text).to.equal(
        " +  docker:index:Image web creating (0s) service/a.ts:1:2: Expected\n" +
          "Diagnostics:\n  docker:index:Image (web):\n    error: exit code: 1",
      );
      expect(errors).to.equal(
        `${deploy}: ended with code 255\n\nThe deployment failed: service/a.ts:1:2: Expected`,
      );
    });

    it("keeps the advice for a locked stack", async () => {
      const pulumi = failing("error: the stack is currently locked by 1 lock(s).");
      const { errors } = await runUpInPipe(on({ programs: { pulumi } }));
      expect(errors).to.equal(
        `${deploy}: ended with code 255\n` +
          "If no other `up` or `down` is running, a killed one left the lock. Run: npm run pulumi -- cancel --yes dev",
      );
    });

    it("prints minikube's output once", async () => {
      const minikube = `case "$1 $2" in
        "version "*) echo '{"minikubeVersion":"v1.37.0"}' ;;
        "profile list") echo '{"valid":[]}' ;;
        *) echo 'X Exiting due to RSRC_INSUFFICIENT_CORES' >&2; exit 29 ;;
      esac`;
      const { text, errors } = await runUpInPipe(on({ profiles: [], programs: { minikube } }));
      expect(text).to.equal("X Exiting due to RSRC_INSUFFICIENT_CORES");
      expect(errors).to.equal(`${start}: ended with code 29`);
    });

    it("ends with the code of an interruption after Ctrl-C", async () => {
      // A real signal could arrive after the program's end, and would then end the test run.
      const interrupt = (line: string) => {
        if (line === "begun") process.emit("SIGINT");
      };
      expect(await runUpInPipe(on({ programs: { pulumi: failing("begun") } }), interrupt)).to.include({
        code: 130,
        errors: "Interrupted. To continue, run the command again.",
      });
    });
  });

  it("says how to go on after one that was cut off", async () => {
    const pulumi = pulumiWithStack(
      `*) echo 'error: the stack is currently locked by 1 lock(s).' >&2; exit 255 ;;`,
    );
    const { code, text } = await runUp(on({ programs: { pulumi } }));
    expect(code).to.equal(1);
    expect(text).to.equal(
      `error: the stack is currently locked by 1 lock(s).\n${deploy}: ended with code 255\n` +
        "If no other `up` or `down` is running, a killed one left the lock. Run: npm run pulumi -- cancel --yes dev",
    );
  });

  describe("when the cluster differs from the deployment", () => {
    const refresh = deploy.replace("pulumi up", "pulumi up --refresh");

    it("repairs a Deployment whose image was changed by hand", async () => {
      const { code } = await runUp(on({ deployedImage: "koa-mongo-stack:none" }));
      expect(machine.changes()).to.deep.equal([create, deploy, refresh]);
      expect(code).to.equal(0);
    });

    it("repairs what keeps the URL from answering, and otherwise shows the answer and the stack", async () => {
      const broken = await answering(503);
      const { code, text } = await runUp(on({ url: broken.url }));
      broken.close();
      expect(machine.changes()).to.deep.equal([create, deploy, refresh]);
      expect(code).to.equal(1);
      expect(text).to.include(`${broken.url} does not answer after 0.05 s: HTTP 503.\n\n`);
      // The output of `npm run status` if no cluster runs.
      expect(text).to.include("The cluster does not answer: ");
    });

    it("starts the pods of a Deployment that was scaled to zero by hand", async () => {
      await runUp(on({ deployedReplicas: 0 }));
      expect(machine.changes()).to.deep.equal([
        create,
        deploy,
        "kubectl --context minikube scale deployment --namespace koa-mongo-stack-dev-1234 " +
          "--selector app.kubernetes.io/name=web --replicas=2",
      ]);
    });

    it("looks for an object first that was deleted by hand", async () => {
      const pulumi = pulumiWithStack(
        `"stack output") echo '{"url":"${service.url}","namespace":"n","image":"koa-mongo-stack:1","replicas":2}' ;;`,
        `"up --refresh") change "pulumi $*" ;;`,
        `*) change "pulumi $*"; echo 'error: deployments.apps "web-1" not found' >&2; exit 255 ;;`,
      );
      const { code } = await runUp(on({ programs: { pulumi } }));
      expect(machine.changes()).to.deep.equal([deploy, refresh]);
      expect(code).to.equal(0);
    });

    it("names the cause where the repair fails", async () => {
      const pulumi = pulumiWithStack(
        `"stack output") echo '{"url":"${service.url}","namespace":"n","image":"koa-mongo-stack:2","replicas":2}' ;;`,
        `"up --refresh") echo 'error: the cluster does not answer'; exit 255 ;;`,
      );
      const { code, text } = await runUp(on({ programs: { pulumi } }));
      expect(code).to.equal(1);
      expect(text).to.match(/\nThe deployment failed: the cluster does not answer$/);
    });

    it("deploys once where the stack is healthy", async () => {
      await runUp(on({}));
      expect(machine.changes()).to.deep.equal([create, deploy]);
    });
  });
});
