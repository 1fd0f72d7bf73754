import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { assetOf, releases } from "../../install/releases.ts";
import { isAtLeast, type Row } from "../../checks/check.ts";
import { doctor } from "../../commands/doctor.ts";
import { minikube } from "../../commands/minikube.ts";
import { readProject } from "../../pulumi/project-settings.ts";
import { pulumi } from "../../commands/pulumi.ts";
import { freePort } from "../../../service/dev/free-port.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { downloads, type Downloads } from "../support/download-server.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { publish, tar } from "../support/fake-releases.ts";
import { runDown, runUp } from "../support/run-command.ts";

const nodePort = await freePort();
const start = `minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:${nodePort}:${nodePort} -p minikube`;
const waitForCalico =
  "kubectl --context minikube rollout status daemonset/calico-node --namespace kube-system --timeout=10m";
const create = "pulumi stack select --create --non-interactive --stack dev";
const deploy = "pulumi up --yes --skip-preview --non-interactive --stack dev";
const destroy = "pulumi destroy --yes --skip-preview --non-interactive --stack dev";
const files = ["/minikube-1", "/pulumi-1.tar.gz"];
const bare = { minikube: undefined, pulumi: undefined, kubectl: undefined, tar };
const installPulumi = "Install Pulumi 3.210.0 or newer: https://www.pulumi.com/docs/install/";

describe("installing programs", () => {
  let machine: Machine;
  let service: Answering;
  let server: Downloads;

  beforeEach(async () => {
    [service, server] = await Promise.all([answering(), downloads()]);
  });

  afterEach(() => {
    service.close();
    server.close();
    machine.remove();
  });

  /** A machine without a cluster, and a server with both programs. */
  function on(programs: Setup["programs"] & object): void {
    machine = fakeMachine({ url: service.url, nodePort, profiles: [], metricResolution: "15s", programs });
    publish(machine, server);
  }

  /** The contents of `.pulumi/bin`. */
  function installed(): string[] {
    const folder = join(machine.project.folder, ".pulumi/bin");
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  async function examine(): Promise<{ code: number; row: (name: string) => Row | undefined }> {
    let text = "";
    const code = await doctor({ json: true }, { ...machine, print: (printed) => (text += printed) });
    const rows = JSON.parse(text) as Row[];
    return { code, row: (name) => rows.find((row) => row.name === name) };
  }

  describe("up", () => {
    it("needs nothing but Docker", async () => {
      on(bare);
      const { code, text } = await runUp(machine);
      expect(text).to.equal(
        `${service.url}\n\n  curl ${service.url}\n` +
          "  npm run minikube -- kubectl -p minikube -- get pods -n koa-mongo-stack-dev-1234\n  npm run down\n\n" +
          "To run the programs that `up` installed: npm run minikube -- …, npm run pulumi -- …",
      );
      expect(code).to.equal(0);
      expect(machine.changes()).to.deep.equal([start, create, deploy]);
      expect(server.requests()).to.deep.equal(files);
      expect(installed()).to.deep.equal(["minikube-1.38.1", "pulumi-3.259.0"]);
      const file = join(machine.project.folder, ".pulumi/bin/minikube-1.38.1/minikube");
      expect(statSync(file).mode & 0o777).to.equal(0o755);
    });

    it("asks for nothing that it has installed before", async () => {
      on(bare);
      await runUp(machine);
      server.requests();
      machine.newShell();
      expect(await runUp(machine)).to.include({ code: 0 });
      expect(server.requests()).to.deep.equal([]);
      expect(machine.changes()).to.deep.equal([start, create, deploy, deploy]);
    });

    it("uses what PATH has", async () => {
      on({ tar });
      expect(await runUp(machine)).to.include({ code: 0 });
      expect(server.requests()).to.deep.equal([]);
      expect(installed()).to.deep.equal([]);
    });

    it("uses what PATH has, though it has installed another before", async () => {
      on(bare);
      await runUp(machine);
      machine.newShell();
      machine.set({ programs: { minikube: "echo mine >&2; exit 9" } });
      expect(await runUp(machine)).to.deep.equal({
        code: 1,
        text: "minikube: mine. To see the whole error, run: minikube version",
      });
    });

    it("installs a Pulumi instead of one that is too old", async () => {
      on({ pulumi: "echo v3.209.9", tar });
      const { code, text } = await runUp(machine);
      expect(code, text).to.equal(0);
      expect(server.requests()).to.deep.equal(["/pulumi-1.tar.gz"]);
      expect(machine.changes()).to.deep.equal([start, waitForCalico, create, deploy]);
    });

    it("downloads nothing before Docker is there", async () => {
      on({ ...bare, docker: undefined });
      expect(await runUp(machine)).to.deep.equal({
        code: 1,
        text: "Docker: not on PATH. Install Docker: https://docs.docker.com/get-docker/",
      });
      expect(server.requests()).to.deep.equal([]);
    });

    it("leaves nothing of a file with another checksum", async () => {
      on(bare);
      const right = server.files["minikube-1"] ?? Buffer.alloc(0);
      server.files["minikube-1"] = Buffer.from("#!/bin/sh\necho something else\n");
      const { code, text } = await runUp(machine);
      expect(code).to.equal(1);
      expect(text).to.match(
        /^minikube: http:\S+\/minikube-1 returned another file, which was deleted: its checksum is sha256:[0-9a-f]{64}, not sha256:[0-9a-f]{64}\. Install minikube: https:\/\/minikube\.sigs\.k8s\.io\/docs\/start\/$/,
      );
      expect(installed()).to.deep.equal([]);
      server.files["minikube-1"] = right;
      expect(await runUp(machine)).to.include({ code: 0 });
    });

    it("says in one sentence what failed when the server rejects the download, and what to do", async () => {
      on({ ...bare, minikube: machineHasIt });
      server.behavior.status = 403;
      expect(await runUp(machine)).to.deep.equal({
        code: 1,
        text: `Pulumi: ${server.url}/pulumi-1.tar.gz answered HTTP 403. ${installPulumi}`,
      });
      expect(machine.changes()).to.deep.equal([]);
    });

    it("downloads again after it was killed during a download or during unpacking", async () => {
      on(bare);
      const bin = join(machine.project.folder, ".pulumi/bin");
      mkdirSync(join(bin, "pulumi-3.259.0.new/pulumi"), { recursive: true });
      writeFileSync(join(bin, "pulumi-3.259.0.new/pulumi/half-of-it"), "");
      writeFileSync(join(bin, "3.259.0-pulumi-1.tar.gz"), "downloaded, and not unpacked");
      writeFileSync(join(bin, "1.38.1-minikube-1.part"), "half of it");
      expect(await runUp(machine)).to.include({ code: 0 });
      expect(server.requests()).to.deep.equal(files);
      expect(installed()).to.deep.equal(["minikube-1.38.1", "pulumi-3.259.0"]);
      expect(readdirSync(join(bin, "pulumi-3.259.0/pulumi"))).to.deep.equal(["pulumi"]);
    });

    it("installs a program again that was taken out of its folder", async () => {
      on(bare);
      await runUp(machine);
      rmSync(join(machine.project.folder, ".pulumi/bin/minikube-1.38.1/minikube"));
      server.requests();
      machine.newShell();
      expect(await runUp(machine)).to.include({ code: 0 });
      expect(server.requests()).to.deep.equal(["/minikube-1"]);
    });

    it("says what is the matter with a program that does not run", async () => {
      on(bare);
      machine.script = () => "#!/bin/sh\necho 'wrong system' >&2; exit 1\n";
      publish(machine, server);
      expect(await runUp(machine)).to.deep.equal({
        code: 1,
        text: "minikube: wrong system. To see the whole error, run: npm run minikube -- version",
      });
    });
  });

  describe("doctor", () => {
    it("says that up installs what is missing, and changes nothing", async () => {
      on(bare);
      const { row } = await examine();
      expect(row("minikube")).to.deep.equal({
        name: "minikube",
        state: "warn",
        found: "not on PATH",
        fix: "`npm run up` installs 1.38.1 into .pulumi/bin; by hand: https://minikube.sigs.k8s.io/docs/start/",
        isInstallable: true,
      });
      expect(row("Pulumi")).to.deep.include({
        state: "warn",
        fix: "`npm run up` installs 3.259.0 into .pulumi/bin; by hand: https://www.pulumi.com/docs/install/",
      });
      expect(row("kubectl")).to.deep.include({
        fix: "kubectl is optional. Instead, run: npm run minikube -- kubectl -p minikube -- get pods -A",
      });
      expect(row("cluster")).to.deep.include({
        state: "warn",
        fix: "`npm run up` installs minikube, and creates the cluster.",
      });
      expect(server.requests()).to.deep.equal([]);
      expect(existsSync(join(machine.project.folder, ".pulumi"))).to.equal(false);
    });

    it("finds what was installed", async () => {
      on(bare);
      await runUp(machine);
      machine.newShell();
      const { row } = await examine();
      expect(row("minikube")).to.deep.include({ state: "ok", found: "v1.37.0" });
      expect(row("Pulumi")).to.deep.include({ state: "ok", found: "v3.270.0" });
      expect(row("cluster")).to.deep.include({ state: "ok" });
    });
  });

  describe("down", () => {
    it("finds what was installed", async () => {
      on(bare);
      await runUp(machine);
      machine.newShell();
      machine.changes();
      server.requests();
      expect(await runDown(machine, { cluster: true })).to.deep.equal({
        code: 0,
        text: "Everything in the stack's namespace is deleted. Pulumi keeps the stack's history at https://api.example.com.",
      });
      expect(machine.changes()).to.deep.equal([destroy, "minikube delete -p minikube"]);
      expect(server.requests()).to.deep.equal([]);
    });

    it("installs what is gone again, and minikube only where there is something to ask it", async () => {
      on(bare);
      expect(await runDown(machine)).to.deep.equal({
        code: 0,
        text: "There is no stack dev, so there is nothing to delete.",
      });
      expect(server.requests()).to.deep.equal(["/pulumi-1.tar.gz"]);
    });
  });

  it("lets pulumi and minikube by hand find it", async () => {
    on(bare);
    await runUp(machine);
    machine.changes();
    machine.newShell();
    expect(await pulumi(["stack", "select", "dev"], machine)).to.equal(0);
    machine.newShell();
    expect(await minikube(["addons", "list"], machine)).to.equal(0);
    expect(machine.changes()).to.deep.equal(["pulumi stack select dev", "minikube addons list"]);
  });

  it("lets PATH's own go first by hand, where they are", async () => {
    on(bare);
    await runUp(machine);
    machine.newShell();
    machine.set({ programs: { tar } });
    expect(await pulumi(["stack", "select", "dev"], machine)).to.equal(0);
    expect(process.env.PATH).not.to.include(".pulumi");
  });
});

/** A minikube on PATH, without a cluster. */
const machineHasIt = `[ "$1" = version ] && echo '{"minikubeVersion":"v1.37.0"}'`;

describe("releases", () => {
  it("has a Pulumi that the project accepts", () => {
    expect(isAtLeast(releases.pulumi.version, readProject().minPulumiVersion)).to.equal(true);
  });

  it("has both programs for the usual machines, and says so for others", () => {
    for (const release of Object.values(releases)) {
      for (const platform of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"]) {
        expect(assetOf(release, platform)?.digest).to.match(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/);
      }
      expect(assetOf(release, "freebsd-x64")).to.equal(undefined);
    }
  });
});
