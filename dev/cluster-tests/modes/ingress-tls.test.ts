import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { expect } from "chai";
import { findIngressPlace, type IngressPlace } from "../../../tools/minikube/ingress-place.ts";
import { profile } from "../support/cluster-kubectl.ts";
import { until } from "../support/stack-pods.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";
import { createIssuer, installCertManager, needsCertManager, renew } from "./support/cert-manager.ts";
import { expectNoFailure } from "./support/host-load.ts";
import { requestHost } from "./support/host-request.ts";
import { createCa, signedBy, type KeyPair } from "./support/private-ca.ts";
import { needsImage, needsProgram } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";
import { installTraefik, traefikImage, type Traefik } from "./support/traefik.ts";

const run = promisify(execFile);
const host = "tls.modes.example";
const issuer = "modes-ca";
/** Timeout for a controller to serve a new Ingress. */
const timeoutMs = 60_000;
/** Requests per connection, on average. Each new connection sees the current certificate. */
const perConnection = 5;

describe("ingress-tls: an Ingress over HTTPS, on Traefik with cert-manager", () => {
  const removals = removeAfter();
  let ca: KeyPair;
  /** Path of the CA's certificate, for curl. */
  let caFile: string;
  let traefik: Traefik;
  let stack: TestStack | undefined;
  let outputs: Outputs;
  let place: IngressPlace;

  before(async function () {
    for (const program of ["openssl", "curl"]) await needsProgram(this, program);
    await needsImage(this, traefikImage);
    const manifest = await needsCertManager(this);
    ca = await createCa("koa-mongo-stack modes");
    const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-ca-"));
    removals.push(() => rm(folder, { recursive: true }));
    caFile = join(folder, "ca.pem");
    await writeFile(caFile, ca.certificate);
    traefik = await installTraefik("modes-ingress-tls");
    removals.push(traefik.remove);
    removals.push(await installCertManager(manifest));
    removals.push(await createIssuer(issuer, ca));
    const created = await createTestStack("modes-ingress-tls");
    removals.push(() => created.remove());
    stack = created;
    await stack.set("expose", "ingress");
    await stack.set("host", host);
    await stack.set("ingressClass", traefik.className);
    await stack.set("tlsIssuer", issuer);
    ({ outputs } = await stack.up());
    const found = await findIngressPlace({ minikubeProfile: profile }, outputs.url, timeoutMs);
    if (found === undefined) throw new Error(`there is no minikube ${profile}`);
    place = found;
  });

  it("answers with a certificate that cert-manager issued, and curl --cacert accepts it", async () => {
    expect(outputs.url).to.equal(`https://${host}`);
    const answers = async () =>
      (await requestHost(place, "/health/ready", { ca: ca.certificate })).status === 200;
    await until("the certificate is issued", 120, answers);
    const { port } = new URL(place.url);
    const curl = [
      "--silent",
      "--show-error",
      "--fail",
      "--connect-to",
      `${host}:443:${place.address}:${port}`,
    ];
    const { stdout } = await run("curl", [...curl, "--cacert", caFile, `${outputs.url}/`]);
    expect(stdout).to.include("Hello World, from Docker and Kubernetes!");
    // Exit code 60 of curl: the certificate's CA is unknown.
    const failure = await run("curl", [...curl, `${outputs.url}/`]).then(() => 0, exitCode);
    expect(failure).to.equal(60);
  });

  it("accepts the page's form, and rejects another site's form", async () => {
    const form = (origin: string) => {
      const headers = { "Content-Type": "application/x-www-form-urlencoded", Origin: origin };
      return requestHost(place, "/", { method: "POST", headers, body: "message=hello", ca: ca.certificate });
    };
    expect((await form(new URL(place.url).origin)).status).to.equal(303);
    expect((await form("https://other.modes.example")).status).to.equal(403);
  });

  it("three renewals fail no request", async () => {
    await expectHarmless(async () => {
      for (let renewal = 0; renewal < 3; renewal++) {
        const before = await servedSerial();
        await renew(outputs.namespace, "web-tls");
        await until("the new certificate is served", 120, async () => (await servedSerial()) !== before);
      }
    });
  });

  it("replaces the issuer's certificate with a certificate of the configuration, and no request fails", async () => {
    await stack?.set("tlsIssuer", "");
    await expectServed();
  });

  it("replaces the certificate of the configuration, and no request fails", async () => {
    await expectServed();
  });

  /** Deploys a new certificate under load, and waits until new connections get it. */
  async function expectServed(): Promise<void> {
    const { certificate, key } = await signedBy(ca, [host]);
    await stack?.setSecret("tlsCertificate", certificate);
    await stack?.setSecret("tlsKey", key);
    const { serialNumber } = new X509Certificate(certificate);
    await expectHarmless(async () => {
      await stack?.up();
      await until("the certificate is served", 60, async () => (await servedSerial()) === serialNumber);
    });
  }

  async function expectHarmless(cause: () => Promise<void>): Promise<void> {
    await expectNoFailure({ place, traefik, ca: ca.certificate, perConnection }, cause);
  }

  /** Serial number of the certificate that a new connection gets. */
  async function servedSerial(): Promise<string> {
    const { port } = new URL(place.url);
    return await new Promise((resolve, reject) => {
      const at = { host: place.address, port: Number(port), servername: host, ca: ca.certificate };
      const socket = connect(at, () => {
        const { serialNumber } = socket.getPeerCertificate();
        socket.destroy();
        resolve(serialNumber);
      });
      socket.on("error", reject);
    });
  }
});

function exitCode(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
