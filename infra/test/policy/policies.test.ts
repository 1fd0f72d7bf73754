import { expect } from "chai";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type Registered } from "../support/mocked-program.ts";
import { violations } from "../support/policy-violations.ts";

type Resources = Registered[];

describe("the policy pack", function () {
  this.timeout(60_000);
  let recorded: readonly Registered[];
  before(async () => {
    recorded = (await runProgram()).resources;
  });
  after(restorePath);

  it("accepts the program", async () => {
    expect(await violations([...recorded])).to.deep.equal([]);
  });

  it("accepts a digest, and a job without probes", async () => {
    const resources = structuredCloned(recorded);
    web(resources).image = `registry.example:5000/web@sha256:${"0".repeat(64)}`;
    const { spec } = the(resources, "Deployment").inputs;
    const inputs = { spec: { template: structuredClone(spec.template) } };
    delete inputs.spec.template.spec.containers[0].livenessProbe;
    resources.push({ type: "kubernetes:batch/v1:Job", name: "job", inputs, options: {} });
    expect(await violations(resources)).to.deep.equal([]);
  });

  it("accepts the DNS servers of the configuration", async () => {
    const { resources } = await runProgram({ dnsServers: "10.100.0.10,fd00::/8" });
    expect(await violations([...resources])).to.deep.equal([]);
  });

  it("accepts another policy that allows one DNS server", async () => {
    const resources = structuredCloned(recorded);
    const policy = resources.find(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
    const ports = ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }));
    const egress = [{ to: [{ ipBlock: { cidr: "10.1.1.53/32" } }], ports }];
    const spec = { podSelector: { matchLabels: { app: "worker" } }, policyTypes: ["Egress"], egress };
    resources.push({ ...policy, name: "worker", inputs: { ...policy?.inputs, spec } } as Registered);
    expect(await violations(resources)).to.deep.equal([]);
  });

  const missing = (rule: string) =>
    `network-policies: the NetworkPolicy ${rule} is missing, or differs from the rule in infra/policy/network-rules.ts`;
  const anyAddress =
    "network-policies: a NetworkPolicy allows connections from or to any address: " +
    "name pods, namespaces or an address block";
  const bad: [string, (resources: Resources) => void, string[]][] = [
    ...["startupProbe", "readinessProbe", "livenessProbe"].map(
      (probe): [string, (resources: Resources) => void, string[]] => [
        `loses the ${probe}`,
        (resources) => (web(resources)[probe] = undefined),
        [`probes web: container web has no ${probe}`],
      ],
    ),
    [
      "loses MongoDB's probe",
      (resources) => delete mongodb(resources).readinessProbe,
      ["probes mongodb: container mongodb has no readinessProbe"],
    ],
    [
      "loses its limits",
      (resources) => delete web(resources).resources.limits,
      [
        "limits web: container web has no cpu in resources.limits",
        "limits web: container web has no memory in resources.limits",
      ],
    ],
    [
      "loses the requests of an init container",
      (resources) => delete pod(resources, "StatefulSet").initContainers[0].resources.requests.cpu,
      ["limits mongodb: container set-users has no cpu in resources.requests"],
    ],
    [
      "loses the pod's security context",
      (resources) => delete pod(resources, "Deployment").securityContext,
      [
        "restricted web: the pod may run as root: set runAsNonRoot to true, and runAsUser to another user than 0",
        "restricted web: the pod lacks the seccomp profile RuntimeDefault: set seccompProfile.type",
      ],
    ],
    [
      "loses the container's security context",
      (resources) => delete web(resources).securityContext,
      [
        "restricted web: container web may gain privileges: set allowPrivilegeEscalation and privileged to false",
        "restricted web: container web may run as root: set runAsNonRoot to true, and runAsUser to another user than 0",
        "restricted web: container web can write to its root file system: set readOnlyRootFilesystem to true",
        "restricted web: container web keeps capabilities: drop ALL, and add none",
      ],
    ],
    [
      "adds a capability",
      (resources) => (web(resources).securityContext.capabilities.add = ["NET_RAW"]),
      ["restricted web: container web keeps capabilities: drop ALL, and add none"],
    ],
    [
      "runs as user 0",
      (resources) => (pod(resources, "Deployment").securityContext.runAsUser = 0),
      [
        "restricted web: the pod may run as root: set runAsNonRoot to true, and runAsUser to another user than 0",
      ],
    ],
    [
      "mounts a token",
      (resources) => delete pod(resources, "Deployment").automountServiceAccountToken,
      ["restricted web: the pod mounts a service account's token: set automountServiceAccountToken to false"],
    ],
    [
      "shares the node's network",
      (resources) => (pod(resources, "Deployment").hostNetwork = true),
      [
        "restricted web: the pod shares the node's network or processes: remove hostNetwork, hostPID and hostIPC",
      ],
    ],
    [
      "mounts the node's files",
      (resources) => pod(resources, "StatefulSet").volumes.push({ name: "x", hostPath: { path: "/" } }),
      ["restricted mongodb: the pod mounts a folder of the node: remove the hostPath volume"],
    ],
    ...["mongo", "mongo:latest", "mongo:stable", "registry.example:5000/mongo", ""].map(
      (image): [string, (resources: Resources) => void, string[]] => [
        `has the image "${image}"`,
        (resources) => (mongodb(resources).image = image),
        [`fixed-image mongodb: container mongodb has the image ${image}: add a version or a digest`],
      ],
    ),
    [
      "does not enforce the standard on its namespace",
      (resources) =>
        (the(resources, "Namespace").inputs.metadata.labels["pod-security.kubernetes.io/enforce"] =
          "baseline"),
      [
        "restricted-namespace koa-mongo-stack-test: " +
          "the namespace's label pod-security.kubernetes.io/enforce must be restricted, not baseline",
      ],
    ],
    ...[
      ...["deny-all", "any-to-web", "web-to-mongodb", "web-to-dns", "users-to-mongodb"],
      ...["mongodb-from-users", "mongodb-from-web"],
    ].map((rule): [string, (resources: Resources) => void, string[]] => [
      `loses the network policy ${rule}`,
      (resources) => resources.splice(resources.indexOf(network(resources, rule)), 1),
      [missing(rule)],
    ]),
    [
      "allows any address to connect to MongoDB",
      (resources) => delete network(resources, "mongodb-from-web").inputs.spec.ingress[0].from,
      [missing("mongodb-from-web"), anyAddress],
    ],
    [
      "allows any address to read the metrics",
      (resources) => {
        const podSelector = { matchLabels: { "app.kubernetes.io/name": "web" } };
        const ingress = [{ ports: [{ protocol: "TCP", port: 9464 }] }];
        const inputs = { spec: { podSelector, policyTypes: ["Ingress"], ingress } };
        resources.push({ ...network(resources, "deny-all"), name: "network-metrics", inputs });
      },
      [anyAddress],
    ],
    ...["0.0.0.0/0", "::/0", "128.0.0.0/1"].map(
      (cidr): [string, (resources: Resources) => void, string[]] => [
        `allows ${cidr} for DNS`,
        (resources) => network(resources, "web-to-dns").inputs.spec.egress[0].to.push({ ipBlock: { cidr } }),
        [missing("web-to-dns"), anyAddress],
      ],
    ),
    [
      "allows the service to connect to an address at any port",
      (resources) =>
        network(resources, "web-to-mongodb").inputs.spec.egress[0].to.push({
          ipBlock: { cidr: "10.0.0.1/32" },
        }),
      [missing("web-to-mongodb")],
    ],
    [
      "allows all pods to connect to any address",
      (resources) => {
        const egress = [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }];
        const inputs = { spec: { podSelector: {}, policyTypes: ["Egress"], egress } };
        resources.push({ ...network(resources, "deny-all"), name: "network-out", inputs });
      },
      [anyAddress],
    ],
  ];
  for (const [what, damage, expected] of bad) {
    it(`rejects a stack that ${what}`, async () => {
      const resources = structuredCloned(recorded);
      damage(resources);
      expect(await violations(resources)).to.deep.equal(expected);
    });
  }
});

function structuredCloned(resources: readonly Registered[]): Resources {
  return resources.map((resource) => ({
    ...resource,
    inputs: JSON.parse(JSON.stringify(resource.inputs ?? {})),
  }));
}

function the(resources: Resources, kind: string): Registered {
  const found = resources.find(({ type }) => type.startsWith("kubernetes:") && type.endsWith(`:${kind}`));
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

function network(resources: Resources, rule: string): Registered {
  const found = resources.find(({ name }) => name === `network-${rule}`);
  if (found === undefined) throw new Error(`no network policy ${rule}`);
  return found;
}

const pod = (resources: Resources, kind: string) => the(resources, kind).inputs.spec.template.spec;
const web = (resources: Resources) => pod(resources, "Deployment").containers[0];
const mongodb = (resources: Resources) => pod(resources, "StatefulSet").containers[0];
