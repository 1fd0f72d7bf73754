import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { goodProfile, kubernetesNode, loadingProfile, restorePath } from "./support/fake-minikube.ts";
import { runProgram } from "./support/mocked-program.ts";
import { certificate, key } from "./support/test-certificate.ts";

// If a URN changes, `up` deletes that resource in every running stack and creates another. After an intended
// change, record the URNs again: `RECORD_URNS=1 mocha infra/test/urns.test.ts`
const file = join(import.meta.dirname, "support/recorded-urns.json");
const recorded = JSON.parse(readFileSync(file, "utf8")) as Record<string, string[]>;

const ingressProfile = {
  ...goodProfile,
  Config: { ...goodProfile.Config, Addons: { "metrics-server": true, ingress: true } },
};
const three = ["a", "b", "c"].map((name) => kubernetesNode(name));
const host = "a.example";
const current = { cluster: "current", registry: "registry.example:5000/koa", storage: "standard" };

/** Arguments of the program's run, by the configuration's name. */
const configurations: Record<string, Parameters<typeof runProgram>> = {
  "one node": [],
  "two nodes": [{}, [loadingProfile]],
  "a cluster of unknown identity": [{}, undefined, undefined, ""],
  keepData: [{ keepData: true }],
  storageClass: [{ storage: "standard" }],
  "passwordVersion 2": [{ passwordVersion: 2 }],
  "a fixed node port": [{ nodePort: 30080 }],
  ingress: [{ expose: "ingress", host }, [ingressProfile]],
  "ingress, certificate of an issuer": [
    { expose: "ingress", host, tlsIssuer: "letsencrypt" },
    [ingressProfile],
  ],
  "ingress, certificate of your own": [
    { expose: "ingress", host, tlsCertificate: certificate, tlsKey: key },
    [ingressProfile],
  ],
  "load balancer": [{ expose: "loadBalancer" }],
  "MongoDB by the operator": [{ mongo: "operator", storage: "standard" }],
  "MongoDB by an operator that is there": [
    { mongo: "operator", installOperator: false, storage: "standard" },
  ],
  "external MongoDB": [{ mongo: "external", mongodbUri: "mongodb+srv://ada:secret@db.example/app" }],
  "external MongoDB with a private CA": [
    { mongo: "external", mongodbUri: "mongodb+srv://ada:secret@db.example/app", mongodbCa: certificate },
  ],
  "metrics by annotations": [{ metrics: "annotations" }],
  "metrics by a ServiceMonitor": [{ metrics: "serviceMonitor" }],
  "a collector of traces": [{ otlpEndpoint: "http://otel.tracing:4318" }],
  "another cluster, registry without a login": [current, [], three],
  "another cluster, registry with a login": [
    { ...current, registryUsername: "ada", registryPassword: "secret" },
    [],
    three,
  ],
  "another cluster, load balancer": [{ ...current, expose: "loadBalancer" }, [], three],
  "another cluster, MongoDB by the operator": [{ ...current, mongo: "operator" }, [], three],
};

/** Resources that were added after the recording. */
const owner = "pulumi:index:Stash::owner";
const stamp = "koa-mongo-stack:image:ServiceImage$pulumi-nodejs:dynamic/stamp:ImageStamp::web-stamp";

const definitions =
  "koa-mongo-stack:database:ReplicaSet$pulumi-nodejs:dynamic/definitions:OperatorDefinitions::mongodb-definitions";

/** An image in a registry has no stamp. */
const added = (name: string) => [
  owner,
  ...(name.startsWith("another cluster") ? [] : [stamp]),
  ...(name.endsWith("MongoDB by the operator") ? [definitions] : []),
];

describe("the resources' URNs", function () {
  this.timeout(60_000);
  const found: Record<string, readonly string[]> = {};
  after(() => {
    restorePath();
    if (process.env.RECORD_URNS === "1") writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
  });

  for (const [name, args] of Object.entries(configurations)) {
    it(`stay what they were: ${name}`, async () => {
      found[name] = (await runProgram(...args)).urns;
      expect(found[name]).to.have.members([...(recorded[name] ?? []), ...added(name)]);
    });
  }

  it("are recorded for these configurations only", () => {
    expect(Object.keys(recorded)).to.have.members(Object.keys(configurations));
  });
});
