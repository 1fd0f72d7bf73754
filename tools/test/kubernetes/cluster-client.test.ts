import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { queryCluster, whyUnanswered } from "../../kubernetes/cluster-client.ts";
import { UserError } from "../../process/user-error.ts";
import { proxyVariables } from "../support/download-server.ts";
import { FakeApiServer, kubeconfig, namespace, paths } from "../support/fake-api-server.ts";
import { pod } from "../support/fake-stack.ts";

const variables = ["KUBECONFIG", "NODE_USE_ENV_PROXY", ...proxyVariables];

describe("queryCluster", function () {
  // The first test imports the client library, which takes long.
  this.timeout(20_000);
  const saved = variables.map((name) => [name, process.env[name]] as const);
  let folder: string;
  let cluster: FakeApiServer;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-kubeconfig-"));
    const file = join(folder, "config");
    process.env.KUBECONFIG = file;
    cluster = await new FakeApiServer(file).start();
    cluster.set(paths.pods, [pod("web-1", "web")]);
  });
  afterEach(() => {
    cluster.close();
    rmSync(folder, { recursive: true });
    for (const [name, value] of saved) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  const podNames = async (timeoutMs?: number) =>
    await queryCluster(
      "minikube",
      async ({ core }) => {
        const { items } = await core.listNamespacedPod({ namespace });
        return items.map(({ metadata }) => metadata?.name);
      },
      timeoutMs,
    );

  it("answers with typed objects", async () => {
    expect(await podNames()).to.deep.equal(["web-1"]);
  });

  it("never asks a proxy for the node", async () => {
    // No server listens on this port.
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]) {
      process.env[name] = "http://127.0.0.1:1";
    }
    process.env.NODE_USE_ENV_PROXY = "1";
    Reflect.deleteProperty(process.env, "NO_PROXY");
    Reflect.deleteProperty(process.env, "no_proxy");
    expect(await podNames()).to.deep.equal(["web-1"]);
  });

  it("finds the context in any file of KUBECONFIG, and skips files that don't exist", async () => {
    const { KUBECONFIG: file = "" } = process.env;
    const other = join(folder, "other");
    writeFileSync(other, kubeconfig(cluster.port, "other"));
    process.env.KUBECONFIG = [join(folder, "none"), other, file].join(delimiter);
    expect(await podNames()).to.deep.equal(["web-1"]);
  });

  it("waits no longer than it may", async () => {
    cluster.behavior = "hangs";
    const error = await podNames(200).catch(String);
    expect(error).to.include("The cluster does not answer: the request timed out. To find the problem, run:");
  });

  it("says why nothing answers at the cluster's address", async () => {
    cluster.close();
    const error = await podNames().catch((error: unknown) => error);
    expect(error).to.be.instanceOf(UserError);
    expect(String(error)).to.match(/The cluster does not answer: .*ECONNREFUSED/);
  });

  it("says what the cluster answers instead", async () => {
    cluster.behavior = { status: 403, message: "pods is forbidden" };
    const error = await podNames().catch((error: unknown) => error);
    expect(error).to.be.instanceOf(UserError);
    expect(String(error)).to.include("The cluster does not answer: pods is forbidden.");
  });

  it("says that the address in the kubeconfig is invalid", async () => {
    const { KUBECONFIG: file = "" } = process.env;
    writeFileSync(file, kubeconfig(cluster.port).replace("http://127.0.0.1", "node"));
    const error = await podNames().catch((error: unknown) => error);
    expect(error).to.be.instanceOf(UserError);
    expect(String(error)).to.include("The cluster does not answer: ");
  });

  it("passes on a bug of the question", async () => {
    const bug = new TypeError("Cannot read properties of undefined (reading 'items')");
    const error = await queryCluster("minikube", () => Promise.reject(bug)).catch((error: unknown) => error);
    expect(error).to.equal(bug);
  });

  it("says what the program for the login in the kubeconfig says", async () => {
    const error = await queryCluster("minikube", () => Promise.reject(new Error("token expired"))).catch(
      String,
    );
    expect(error).to.include("The cluster does not answer: token expired.");
  });
});

describe("whyUnanswered", () => {
  it("says that a certificate is not trusted", () => {
    const cause = new Error("self-signed certificate in certificate chain");
    expect(whyUnanswered(new TypeError("fetch failed", { cause }))).to.equal(
      "its certificate is not trusted: self-signed certificate in certificate chain",
    );
  });

  it("names a code where the cause has no message", () => {
    const cause = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
    expect(whyUnanswered(new TypeError("fetch failed", { cause }))).to.equal("ECONNREFUSED");
  });

  it("names the HTTP status where the answer is no Kubernetes Status", () => {
    expect(whyUnanswered(Object.assign(new Error("…"), { code: 502, body: "<html>" }))).to.equal("HTTP 502");
  });
});
