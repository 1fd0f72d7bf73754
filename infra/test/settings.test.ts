import { expect } from "chai";
import { RunError } from "@pulumi/pulumi";
import { readSettings } from "../settings.ts";
import { projectFile, setConfig } from "./support/program.ts";

const digest = `sha256:${"0".repeat(64)}`;

describe("readSettings", () => {
  it("takes the defaults of Pulumi.yaml", () => {
    expect(readSettings(setConfig(), "dev")).to.deep.equal({
      name: "koa-mongo-stack-dev",
      minikubeProfile: "minikube",
      expose: { kind: "nodePort", port: undefined },
      scaling: { minReplicas: 2, maxReplicas: 5, cpuTarget: 50 },
      logLevel: "info",
      metrics: undefined,
      collector: undefined,
      mongoImage: projectFile.config.mongoImage?.default,
      passwordVersion: 1,
      storage: { kind: "hostPath", size: "1Gi", keepData: false },
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
    [{ minikubeProfile: "other" }, { minikubeProfile: "other" }],
    [{ logLevel: "debug" }, { logLevel: "debug" }],
    [{ metrics: "annotations" }, { metrics: { kind: "annotations", namespace: "monitoring" } }],
    [
      { metrics: "serviceMonitor", metricsNamespace: "prometheus" },
      { metrics: { kind: "serviceMonitor", namespace: "prometheus" } },
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
    [{ passwordVersion: 7 }, { passwordVersion: 7 }],
    [{ mongoImage: `mongo:8.0@${digest}` }, { mongoImage: `mongo:8.0@${digest}` }],
    [{ mongoImage: "mongo:8.0.15" }, { mongoImage: "mongo:8.0.15" }],
    [
      { keepData: true, storageSize: "10Gi" },
      { storage: { kind: "hostPath", size: "10Gi", keepData: true } },
    ],
    [{ storage: "standard" }, { storage: { kind: "storageClass", size: "1Gi", className: "standard" } }],
  ];
  for (const [values, expected] of accepted) {
    it(`takes ${JSON.stringify(values)}`, () => {
      expect(readSettings(setConfig(values))).to.deep.include(expected);
    });
  }

  it("refuses a stack whose name can't begin a namespace's", () => {
    const sentence = 'The stack\'s name can have 20 characters, of a to z, 0 to 9 and "-", and is "Dev_1".';
    expect(() => readSettings(setConfig(), "Dev_1")).to.throw(RunError, sentence);
  });

  const refused: [Record<string, unknown>, string][] = [
    [{ minReplicas: 0 }, "minReplicas must be a whole number from 1 to 50, not 0."],
    [{ minReplicas: 1.5 }, "minReplicas must be a whole number from 1 to 50, not 1.5."],
    [{ minReplicas: "3abc" }, "minReplicas must be a whole number from 1 to 50, not 3abc."],
    [{ minReplicas: 51 }, "minReplicas must be a whole number from 1 to 50, not 51."],
    [{ maxReplicas: 1 }, "maxReplicas must be a whole number from minReplicas (2) to 50, not 1."],
    [{ cpuTarget: 0 }, "cpuTarget must be a whole number from 1 to 100, not 0."],
    [{ cpuTarget: 101 }, "cpuTarget must be a whole number from 1 to 100, not 101."],
    [{ expose: "ingres" }, 'expose must be one of nodePort, loadBalancer, not "ingres".'],
    [{ nodePort: 80 }, "nodePort must be a whole number from 30000 to 32767, not 80."],
    [{ logLevel: "loud" }, 'logLevel must be one of trace, debug, info, warn, error, fatal, not "loud".'],
    [{ metrics: "on" }, 'metrics must be one of off, annotations, serviceMonitor, not "on".'],
    [{ metricsNamespace: "A" }, 'metricsNamespace must be the name of a namespace, not "A".'],
    [
      { otlpEndpoint: "http://collector:4318" },
      "otlpEndpoint must be off or the URL of a Service with its namespace, such as " +
        'http://collector.observability:4318, not "http://collector:4318".',
    ],
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
    [{ storageSize: "1" }, 'storageSize must be a quantity such as 500Mi or 10Gi, not "1".'],
    [{ storage: "A b" }, 'storage must be hostPath or the name of a StorageClass, not "A b".'],
    [
      { storage: "standard", keepData: true },
      'keepData goes with storage hostPath only: the reclaim policy of the StorageClass "standard" decides what ' +
        "becomes of its volumes.",
    ],
  ];
  for (const [values, sentence] of refused) {
    it(`refuses ${JSON.stringify(values)}`, () => {
      const config = setConfig(values);
      expect(() => readSettings(config)).to.throw(RunError, sentence);
    });
  }
});
