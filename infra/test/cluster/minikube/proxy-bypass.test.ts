import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { bypassProxy, requireBypass } from "../../../cluster/minikube/proxy-bypass.ts";
import { fakeMinikube, install, restorePath } from "../../support/fake-minikube.ts";

const proxy = "http://proxy.example.com:3128";
const documented = "localhost,127.0.0.1,10.96.0.0/12,192.168.39.0/24,192.168.49.0/24,192.168.59.0/24";

describe("bypassProxy", () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "koa-mongo-stack-minikube-"));
    const folder = join(home, ".minikube/profiles/second");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "config.json"),
      JSON.stringify({ Nodes: [{ IP: "192.168.58.2" }, { IP: "" }] }),
    );
  });

  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
    it(`adds minikube's networks to both spellings, with ${name}`, () => {
      const env: Record<string, string> = { [name]: proxy, MINIKUBE_HOME: home };
      bypassProxy("minikube", env);
      expect(env).to.deep.equal({
        [name]: proxy,
        MINIKUBE_HOME: home,
        NO_PROXY: documented,
        no_proxy: documented,
      });
    });
  }

  it("adds the nodes of the profile, and keeps what the user has set", () => {
    const env = {
      HTTPS_PROXY: proxy,
      NO_PROXY: ".example.com, localhost",
      no_proxy: "10.1.2.3",
      MINIKUBE_HOME: home,
    };
    bypassProxy("second", env);
    const others = documented.replace("localhost,", "");
    expect(env.NO_PROXY).to.equal(`.example.com,localhost,10.1.2.3,${others},192.168.58.2`);
    expect(env.no_proxy).to.equal(env.NO_PROXY);
  });

  it("accepts a MINIKUBE_HOME that is the folder itself", () => {
    const env: Record<string, string> = { HTTPS_PROXY: proxy, MINIKUBE_HOME: join(home, ".minikube") };
    bypassProxy("second", env);
    expect(env.NO_PROXY).to.match(/,192\.168\.58\.2$/);
  });

  it("adds nothing twice", () => {
    const env: Record<string, string> = { HTTPS_PROXY: proxy, MINIKUBE_HOME: home };
    bypassProxy("second", env);
    const once = { ...env };
    bypassProxy("second", env);
    expect(env).to.deep.equal(once);
  });

  it("changes nothing without a proxy", () => {
    const env = { NO_PROXY: "example.com", HTTPS_PROXY: "" };
    bypassProxy("minikube", env);
    expect(env).to.deep.equal({ NO_PROXY: "example.com", HTTPS_PROXY: "" });
  });
});

describe("requireBypass", function () {
  this.timeout(10_000);
  const minikube = { kind: "minikube", profile: "minikube" } as const;

  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  /** The error's message, or undefined without an error. */
  async function errorOf(
    env: Record<string, string>,
    server = "https://192.168.49.2:8443",
  ): Promise<string | undefined> {
    install("kubectl", `[ "$1 $2 $3 $4" = "--context minikube config view" ] && printf '%s' '${server}'`);
    return await requireBypass(minikube, env).then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
  }

  it("names the address that NO_PROXY lacks, and the command that adds it", async () => {
    expect(await errorOf({ HTTPS_PROXY: proxy, NO_PROXY: "example.com" })).to.equal(
      "HTTPS_PROXY is set, and NO_PROXY does not have 192.168.49.2, the address of the minikube cluster. Pulumi would " +
        "connect to the cluster through the proxy. Run: export NO_PROXY=example.com,192.168.49.2 no_proxy=example.com,192.168.49.2",
    );
    expect(await errorOf({ https_proxy: proxy })).to.match(/^https_proxy is set/);
  });

  for (const list of ["192.168.49.2", "192.168.0.0/16", "*", "example.com, 192.168.49.0/24"]) {
    it(`accepts NO_PROXY=${list}`, async () => {
      expect(await errorOf({ HTTPS_PROXY: proxy, NO_PROXY: list })).to.equal(undefined);
    });
  }

  for (const list of [
    "192.168.49.20",
    "192.168.50.0/24",
    "192.168.49.0/33",
    "192.168.49.0/x",
    "49.2",
    "::/0",
  ]) {
    it(`does not accept NO_PROXY=${list}`, async () => {
      expect(await errorOf({ HTTPS_PROXY: proxy, NO_PROXY: list })).to.match(/does not have 192\.168\.49\.2/);
    });
  }

  it("does not accept two spellings of which one lacks the address", async () => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: "192.168.49.2", no_proxy: "example.com" };
    expect(await errorOf(env)).to.match(/export NO_PROXY=192\.168\.49\.2,example\.com no_proxy=/);
  });

  it("matches names of hosts by their domain", async () => {
    const server = "https://node.example.com:8443";
    for (const list of ["node.example.com", "example.com", ".example.com", "*.example.com"]) {
      expect(await errorOf({ HTTPS_PROXY: proxy, NO_PROXY: list }, server), list).to.equal(undefined);
    }
    expect(await errorOf({ HTTPS_PROXY: proxy, NO_PROXY: "ample.com" }, server)).to.match(
      /node\.example\.com/,
    );
  });

  it("accepts an API server on this machine, and a proxy for plain HTTP", async () => {
    expect(await errorOf({ HTTPS_PROXY: proxy }, "https://127.0.0.1:32771")).to.equal(undefined);
    expect(await errorOf({ HTTP_PROXY: proxy })).to.equal(undefined);
  });

  it("does not check another kind of cluster", async () => {
    install("kubectl", "printf '%s' https://203.0.113.7");
    const problem = await requireBypass({ kind: "current" }, { HTTPS_PROXY: proxy }).catch(String);
    expect(problem).to.equal(undefined);
  });
});
