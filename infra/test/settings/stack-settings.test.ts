import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { isSecret, output, RunError, type Output } from "@pulumi/pulumi";
import { readSettings } from "../../settings/stack-settings.ts";
import { certificate, key } from "../support/test-certificate.ts";
import { projectFile, setConfig } from "../support/mocked-program.ts";

/** MongoDB's default settings. */
const mongo = {
  kind: "standalone",
  image: projectFile.config.mongoImage?.default,
  memory: "1Gi",
  passwordVersion: 1,
  storage: { kind: "hostPath", size: "1Gi", keepData: false },
};
const current = {
  cluster: "current",
  registry: "ghcr.io/ada/koa",
  storage: "standard",
};
const operator = { mongo: "operator", storage: "standard" };

/** A private key that belongs to no certificate. */
const otherKey = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;

const digest = `sha256:${"0".repeat(64)}`;

describe("readSettings", () => {
  it("has the defaults of Pulumi.yaml", () => {
    expect(readSettings(setConfig(), "dev")).to.deep.equal({
      name: "koa-mongo-stack-dev",
      build: {},
      cluster: { kind: "minikube", profile: "minikube" },
      expose: { kind: "nodePort", port: undefined },
      scaling: { minReplicas: 2, maxReplicas: 5, cpuTarget: 50 },
      logLevel: "info",
      metrics: undefined,
      collector: undefined,
      dnsServers: [],
      mongo,
    });
  });

  it("reads every key that Pulumi.yaml declares, with a type and a description", () => {
    const read = new Set<string>();
    const config = new Proxy(setConfig(), {
      get(target, method: "require" | "requireBoolean") {
        return (key: string) => {
          read.add(key);
          return target[method](key);
        };
      },
    });
    readSettings(config);
    expect([...read]).to.have.members(Object.keys(projectFile.config));
    for (const [key, { type, description }] of Object.entries(projectFile.config)) {
      expect(type, key).to.be.oneOf(["string", "integer", "boolean"]);
      expect(description, key).to.match(/\w/);
    }
  });

  const accepted: [Record<string, unknown>, object][] = [
    [{ nodePort: 30080 }, { expose: { kind: "nodePort", port: 30080 } }],
    [{ expose: "loadBalancer" }, { expose: { kind: "loadBalancer" } }],
    [
      { minReplicas: 1, maxReplicas: 1, cpuTarget: 100 },
      { scaling: { minReplicas: 1, maxReplicas: 1, cpuTarget: 100 } },
    ],
    [{ minikubeProfile: "other" }, { cluster: { kind: "minikube", profile: "other" } }],
    [current, { cluster: { kind: "current" }, registry: { repository: "ghcr.io/ada/koa" } }],
    [
      { ...current, context: "arn:aws:eks:x:1:cluster/y" },
      { cluster: { kind: "current", context: "arn:aws:eks:x:1:cluster/y" } },
    ],
    [{ ...current, platform: "linux/arm64" }, { platform: "linux/arm64" }],
    [{ registry: "127.0.0.1:5000/koa" }, { registry: { repository: "127.0.0.1:5000/koa" } }],
    [{ registry: "ada/koa-mongo_stack" }, { registry: { repository: "ada/koa-mongo_stack" } }],
    [
      { expose: "ingress", host: "koa-mongo.local" },
      { expose: { kind: "ingress", host: "koa-mongo.local" }, trustedProxies: "1" },
    ],
    [
      { expose: "ingress", host: "a.example", ingressClass: "nginx", tlsIssuer: "letsencrypt" },
      {
        expose: {
          kind: "ingress",
          host: "a.example",
          className: "nginx",
          tls: { kind: "issuer", issuer: "letsencrypt" },
        },
        trustedProxies: "1",
      },
    ],
    [
      operator,
      {
        mongo: {
          kind: "operator",
          installs: true,
          memory: "1Gi",
          storage: { kind: "storageClass", size: "1Gi", className: "standard" },
        },
      },
    ],
    [{ trustedProxies: "loopback, fd00::/8" }, { trustedProxies: "loopback, fd00::/8" }],
    [{ trustedProxies: "2" }, { trustedProxies: "2" }],
    [{ trustedProxies: "0" }, {}],
    [{ logLevel: "debug" }, { logLevel: "debug" }],
    [
      { metrics: "annotations" },
      {
        metrics: {
          kind: "annotations",
          namespace: "monitoring",
          labels: { release: "kube-prometheus-stack" },
        },
      },
    ],
    [
      { metrics: "serviceMonitor", metricsNamespace: "prometheus", metricsLabels: "release=p,team=shop" },
      {
        metrics: { kind: "serviceMonitor", namespace: "prometheus", labels: { release: "p", team: "shop" } },
      },
    ],
    ...[
      "http://otel.tracing:4318",
      "http://otel.tracing.svc:4318",
      "http://otel.tracing.svc.cluster.local:4318/",
    ].map((endpoint): [Record<string, unknown>, object] => [
      { otlpEndpoint: endpoint },
      { collector: { endpoint, namespace: "tracing", port: 4318 } },
    ]),
    [
      { otlpEndpoint: "https://otel.tracing" },
      { collector: { endpoint: "https://otel.tracing", namespace: "tracing", port: 443 } },
    ],
    [
      { dnsServers: "10.100.0.10, 10.0.0.0/8,fd00::a" },
      { dnsServers: ["10.100.0.10/32", "10.0.0.0/8", "fd00::a/128"] },
    ],
    [{ passwordVersion: 7 }, { mongo: { ...mongo, passwordVersion: 7 } }],
    [{ mongoImage: `mongo:8.0@${digest}` }, { mongo: { ...mongo, image: `mongo:8.0@${digest}` } }],
    ...[
      "mongo:8.0.15",
      "mongo:7.0",
      "mongo:9",
      "mirror.example:5000/mongo:8.2",
      `mongo@${digest}`,
      "own/db:1.4",
    ].map((image): [Record<string, unknown>, object] => [
      { mongoImage: image },
      { mongo: { ...mongo, image } },
    ]),
    [{ mongoMemory: "768Mi" }, { mongo: { ...mongo, memory: "768Mi" } }],
    [
      { ...operator, mongoMemory: "4Gi" },
      {
        mongo: {
          kind: "operator",
          installs: true,
          memory: "4Gi",
          storage: { kind: "storageClass", size: "1Gi", className: "standard" },
        },
      },
    ],
    [
      { keepData: true, storageSize: "10Gi" },
      { mongo: { ...mongo, storage: { kind: "hostPath", size: "10Gi", keepData: true } } },
    ],
    [
      { storage: "standard" },
      { mongo: { ...mongo, storage: { kind: "storageClass", size: "1Gi", className: "standard" } } },
    ],
  ];
  for (const [values, expected] of accepted) {
    it(`accepts ${JSON.stringify(values)}`, () => {
      expect(readSettings(setConfig(values))).to.deep.include(expected);
    });
  }

  it("rejects a stack whose name can't be the prefix of a namespace", () => {
    const sentence =
      'The stack\'s name must have 1 to 20 characters of a to z, 0 to 9 and "-", not "Dev_1". ' +
      "Run: pulumi stack rename NAME";
    expect(() => readSettings(setConfig(), "Dev_1")).to.throw(RunError, sentence);
  });

  const rejected: [Record<string, unknown>, string][] = [
    [{ minReplicas: 0 }, "minReplicas must be a whole number from 1 to 50, not 0."],
    [{ minReplicas: 1.5 }, "minReplicas must be a whole number from 1 to 50, not 1.5."],
    [{ minReplicas: "3abc" }, "minReplicas must be a whole number from 1 to 50, not 3abc."],
    [{ minReplicas: 51 }, "minReplicas must be a whole number from 1 to 50, not 51."],
    [{ maxReplicas: 1 }, "maxReplicas must be a whole number from minReplicas (2) to 50, not 1."],
    [{ cpuTarget: 0 }, "cpuTarget must be a whole number from 1 to 100, not 0."],
    [{ cpuTarget: 101 }, "cpuTarget must be a whole number from 1 to 100, not 101."],
    [{ expose: "ingres" }, 'expose must be one of nodePort, loadBalancer, ingress, not "ingres".'],
    [{ cluster: "gke" }, 'cluster must be one of minikube, current, not "gke".'],
    [
      { cluster: "current", storage: "standard" },
      "With cluster current, the nodes pull the image from a registry, and registry is not set. " +
        "Run: pulumi config set registry ghcr.io/OWNER/koa-mongo-stack",
    ],
    [
      { ...current, storage: "hostPath" },
      "With cluster current, storage must be the name of a StorageClass, not hostPath. " +
        "`kubectl get storageclass` lists the names. Run: pulumi config set storage NAME",
    ],
    [{ context: "a" }, "context is valid only with cluster current. Run: pulumi config rm context"],
    [
      { platform: "linux/arm64" },
      "platform is valid only with a registry, because minikube's node has this machine's architecture. " +
        "Run: pulumi config rm platform",
    ],
    [{ ...current, platform: "windows" }, 'platform must be linux/amd64 or linux/arm64, not "windows".'],
    [
      { registry: "ghcr.io/ada/koa:1" },
      'registry must be a repository without a tag, such as ghcr.io/OWNER/koa-mongo-stack, not "ghcr.io/ada/koa:1".',
    ],
    [
      { registryUsername: "ada", registryPassword: "x" },
      "registryUsername is valid only with a registry. Run: pulumi config rm registryUsername",
    ],
    [
      { ...current, registryUsername: "ada" },
      "registryUsername is set, and registryPassword is not. Run: pulumi config set --secret registryPassword",
    ],
    [{ expose: "ingress" }, 'host must be a host name such as app.example.com if expose is ingress, not "".'],
    [
      { expose: "ingress", host: "http://a.example" },
      'host must be a host name such as app.example.com if expose is ingress, not "http://a.example".',
    ],
    [{ host: "a.example" }, "host is valid only with expose ingress. Run: pulumi config rm host"],
    [
      { tlsIssuer: "letsencrypt" },
      "tlsIssuer is valid only with expose ingress. Run: pulumi config rm tlsIssuer",
    ],
    [
      { expose: "ingress", host: "a.example", tlsIssuer: "a", tlsCertificate: certificate, tlsKey: key },
      "tlsIssuer is set, and tlsCertificate or tlsKey is set, too. Keep one source of the certificate. " +
        "Run: pulumi config rm tlsIssuer, or remove tlsCertificate and tlsKey.",
    ],
    [
      { expose: "ingress", host: "a.example", tlsCertificate: certificate },
      "tlsCertificate is set, and tlsKey is not. Run: pulumi config set --secret tlsKey < FILE.pem",
    ],
    [
      { expose: "ingress", host: "a.example", tlsCertificate: "not PEM", tlsKey: key },
      "tlsCertificate is not in PEM format: -----BEGIN CERTIFICATE----- is missing. " +
        "Run: pulumi config set --secret tlsCertificate < FILE.pem",
    ],
    [
      {
        expose: "ingress",
        host: "a.example",
        tlsCertificate: certificate.slice(0, certificate.indexOf("-----END")),
        tlsKey: key,
      },
      "tlsCertificate has a certificate that can't be read, because the file is incomplete or changed. " +
        "Run: pulumi config set --secret tlsCertificate < FILE.pem",
    ],
    [
      { expose: "ingress", host: "a.example", tlsCertificate: certificate, tlsKey: certificate },
      "tlsKey must be a private key in PEM without a passphrase. Run: pulumi config set --secret tlsKey < FILE.pem",
    ],
    [
      { expose: "ingress", host: "a.example", tlsCertificate: certificate, tlsKey: otherKey },
      "tlsKey is not the private key of the first certificate in tlsCertificate. " +
        "Run: pulumi config set --secret tlsKey < FILE.pem",
    ],
    [
      { mongo: "operator" },
      "With mongo operator, storage must be the name of a StorageClass, not hostPath. " +
        "`kubectl get storageclass` lists the names. Run: pulumi config set storage NAME",
    ],
    [
      { ...operator, passwordVersion: 2 },
      "passwordVersion is valid only with mongo standalone. Run: pulumi config rm passwordVersion",
    ],
    [
      { installOperator: false },
      "installOperator is valid only with mongo operator. Run: pulumi config rm installOperator",
    ],
    [
      { mongodbUri: "mongodb://h/app" },
      "mongodbUri is valid only with mongo external. Run: pulumi config rm mongodbUri",
    ],
    ...[
      "",
      "mongodb+srv://ada:secret@h",
      "mongodb+srv://ada:secret@h/",
      "mongodb+srv://ada:secret@h/?w=majority",
      "mongodb://h?appName=a/b",
      "http://h/app",
    ].map((mongodbUri): [Record<string, unknown>, string] => [
      { mongo: "external", mongodbUri },
      "mongo external needs a connection string that names the database. " +
        "Run: pulumi config set --secret mongodbUri 'mongodb+srv://USER:PASSWORD@HOST/app'",
    ]),
    [
      { mongo: "external", mongodbUri: "mongodb://h/app", keepData: true },
      "keepData is valid only with mongo standalone. Run: pulumi config rm keepData",
    ],
    ...["all", "", "10.0.0.0/33", "1.2.3.4.5", "10.0.0.1,", "fd00::/129", "100"].map(
      (trustedProxies): [Record<string, unknown>, string] => [
        { trustedProxies },
        `trustedProxies must be auto, a number of proxies, or addresses such as 10.0.0.0/8, not "${trustedProxies}".`,
      ],
    ),
    [{ nodePort: 80 }, "nodePort must be a whole number from 30000 to 32767, not 80."],
    [{ logLevel: "loud" }, 'logLevel must be one of trace, debug, info, warn, error, fatal, not "loud".'],
    [{ metrics: "on" }, 'metrics must be one of off, annotations, serviceMonitor, not "on".'],
    [{ metricsLabels: "a" }, 'metricsLabels must be labels such as release=prometheus,team=shop, not "a".'],
    [{ metricsNamespace: "A" }, 'metricsNamespace must be the name of a namespace, not "A".'],
    [
      { otlpEndpoint: "http://collector:4318" },
      "otlpEndpoint must be the URL of a Service with its namespace, such as " +
        'http://collector.observability:4318, not "http://collector:4318".',
    ],
    ...["10.100.0", "dns.example", "0.0.0.0/0", "10.0.0.0/7", "::/0", "10.0.0.1/33", "10.0.0.1,"].map(
      (dnsServers): [Record<string, unknown>, string] => [
        { dnsServers },
        "dnsServers must be IP addresses, or blocks of /8 or smaller, separated by commas, such as 10.100.0.10, " +
          `not "${dnsServers}".`,
      ],
    ),
    [{ minikubeProfile: "a b" }, 'minikubeProfile must be the name of a minikube profile, not "a b".'],
    [
      { mongoImage: "mongo" },
      'mongoImage must be an image with its version, such as mongo:8.0, not "mongo".',
    ],
    [
      { mongoImage: "mongo:latest" },
      'mongoImage must be an image with its version, such as mongo:8.0, not "mongo:latest".',
    ],
    [{ passwordVersion: 0 }, "passwordVersion must be a whole number from 1 to 999999, not 0."],
    ...["mongo:4.4", "mongo:6.0@sha256:1", "mirror.example/mongo:5"].map(
      (mongoImage): [Record<string, unknown>, string] => [
        { mongoImage },
        `mongoImage must be MongoDB 7.0 or newer, not "${mongoImage}". MongoDB no longer maintains older versions. ` +
          "For a new database, run: pulumi config set mongoImage mongo:8.0. For a database with documents, use the " +
          "previous release of this template. Upgrade MongoDB there to 7.0, one major version at a time. " +
          "Or create a backup there, and restore the backup into a new database.",
      ],
    ),
    [{ mongoMemory: "1" }, 'mongoMemory must be a quantity such as 768Mi or 10Gi, not "1".'],
    [
      { mongoMemory: "512Mi" },
      "mongoMemory must be 768Mi or more, not 512Mi. mongod and its tools need half a GiB in addition to the cache. " +
        "Run: pulumi config set mongoMemory 1Gi",
    ],
    [{ storageSize: "1" }, 'storageSize must be a quantity such as 1Gi or 10Gi, not "1".'],
    ...["500Mi", "1023Mi", "1G"].map((storageSize): [Record<string, unknown>, string] => [
      { storageSize },
      `storageSize must be 1Gi or more, not ${storageSize}. MongoDB's journal and diagnostics need 350 MB. ` +
        "Run: pulumi config set storageSize 1Gi",
    ]),
    [{ storage: "A b" }, 'storage must be hostPath or the name of a StorageClass, not "A b".'],
    [
      { storage: "standard", keepData: true },
      "keepData is valid only with storage hostPath. The reclaim policy of the StorageClass " +
        '"standard" decides whether its volumes are kept. Run: pulumi config rm keepData',
    ],
  ];
  for (const [values, sentence] of rejected) {
    it(`rejects ${JSON.stringify(values)}`, () => {
      const config = setConfig(values);
      expect(() => readSettings(config)).to.throw(RunError, sentence);
    });
  }

  it("keeps secrets, and has the ports of an external MongoDB", async () => {
    const external = { mongo: "external", mongodbUri: "mongodb://ada:secret@a:27018,b/app?replicaSet=rs" };
    const tls = { expose: "ingress", host: "a.example", tlsCertificate: certificate, tlsKey: key };
    const login = { registryUsername: "ada", registryPassword: "secret" };
    const settings = readSettings(setConfig({ ...current, ...external, ...tls, ...login }));
    if (settings.mongo.kind !== "external") throw new Error(settings.mongo.kind);
    expect(settings.mongo.ports).to.deep.equal([27018, 27017]);
    if (settings.expose.kind !== "ingress" || settings.expose.tls?.kind !== "certificate")
      throw new Error("no TLS");
    const secrets: [Output<string>, string][] = [
      [settings.mongo.uri, external.mongodbUri],
      [settings.expose.tls.certificate, certificate],
      [settings.expose.tls.key, key],
    ];
    for (const user of [settings.registry?.push, settings.registry?.pull]) {
      expect(user?.username).to.equal("ada");
      if (user !== undefined) secrets.push([user.password, "secret"]);
    }
    for (const [value, text] of secrets) {
      expect(await isSecret(value)).to.equal(true);
      output(value).apply((plain) => {
        expect(plain).to.equal(text);
      });
    }
    expect(secrets).to.have.length(5);
  });

  it("uses the environment's user only for the push", () => {
    process.env.REGISTRY_USERNAME = "pipeline";
    process.env.REGISTRY_PASSWORD = "token";
    try {
      const { registry } = readSettings(setConfig(current));
      expect(registry?.push?.username).to.equal("pipeline");
      expect(registry).not.to.have.property("pull");
    } finally {
      delete process.env.REGISTRY_USERNAME;
      delete process.env.REGISTRY_PASSWORD;
    }
  });
});
