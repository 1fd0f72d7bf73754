import { expect } from "chai";
import { policies, type DatabasePath } from "../../platform/network-policies.ts";
import { restorePath, withNetwork } from "../support/fake-minikube.ts";
import { runProgram } from "../support/mocked-program.ts";

const web = { matchLabels: { "app.kubernetes.io/name": "web" } };
const mongodb = { matchLabels: { "app.kubernetes.io/name": "mongodb" } };
const users = { matchLabels: { "app.kubernetes.io/name": "mongodb-users" } };
const dns = [
  {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: {
          matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns", "node-local-dns"] }],
        },
      },
      { ipBlock: { cidr: "169.254.0.0/16" } },
    ],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  },
  {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "openshift-dns" } },
        podSelector: { matchLabels: { "dns.operator.openshift.io/daemonset-dns": "default" } },
      },
    ],
    ports: [
      { protocol: "UDP", port: 5353 },
      { protocol: "TCP", port: 5353 },
    ],
  },
];

const standalone = { database: { kind: "standalone" }, acme: false } as const;

describe("NetworkRules", function () {
  this.timeout(60_000);
  after(restorePath);

  it("denies all connections except these", () => {
    expect(policies(standalone)).to.deep.equal({
      "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      "any-to-web": {
        podSelector: web,
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ protocol: "TCP", port: 3000 }] }],
      },
      "web-to-mongodb": {
        podSelector: web,
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: mongodb }], ports: [{ protocol: "TCP", port: 27017 }] }],
      },
      "web-to-dns": { podSelector: web, policyTypes: ["Egress"], egress: dns },
      "users-to-mongodb": {
        podSelector: users,
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: mongodb }], ports: [{ protocol: "TCP", port: 27017 }] }, ...dns],
      },
      "mongodb-from-users": {
        podSelector: mongodb,
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: users }], ports: [{ protocol: "TCP", port: 27017 }] }],
      },
      "mongodb-from-web": {
        podSelector: mongodb,
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: web }], ports: [{ protocol: "TCP", port: 27017 }] }],
      },
    });
  });

  it("allows metrics for one namespace, and traces to another, if configured", () => {
    const {
      "metrics-to-neighbour": metrics,
      "web-to-collector": traces,
      ...others
    } = policies({
      ...standalone,
      metricsFrom: "monitoring",
      collector: { namespace: "tracing", port: 4318 },
    });
    const pods = (namespace: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    });
    expect(metrics).to.deep.equal({
      podSelector: web,
      policyTypes: ["Ingress"],
      ingress: [{ from: [pods("monitoring")], ports: [{ protocol: "TCP", port: 9464 }] }],
    });
    expect(traces).to.deep.equal({
      podSelector: web,
      policyTypes: ["Egress"],
      egress: [{ to: [pods("tracing")], ports: [{ protocol: "TCP", port: 4318 }] }],
    });
    expect(others).to.deep.equal(policies(standalone));
  });

  it("allows every pod that resolves names to query the configured DNS servers, only at port 53", async () => {
    const run = await runProgram({ dnsServers: "10.100.0.10, fd00::a" });
    const asking = run.of("NetworkPolicy").flatMap(({ name, inputs }) => {
      const egress = inputs.spec.egress as { to?: { ipBlock?: object }[]; ports: unknown }[] | undefined;
      return (egress ?? [])
        .filter(({ to = [] }) => to.some(({ ipBlock }) => ipBlock !== undefined))
        .map(({ to = [], ports }) => ({ name, ports, blocks: to.flatMap(({ ipBlock }) => ipBlock ?? []) }));
    });
    const blocks = ["169.254.0.0/16", "10.100.0.10/32", "fd00::a/128"].map((cidr) => ({ cidr }));
    const ports = dns[0]?.ports;
    expect(asking).to.have.deep.members([
      { name: "network-web-to-dns", ports, blocks },
      { name: "network-users-to-mongodb", ports, blocks },
    ]);
  });

  it("warns if the cluster does not enforce them", async () => {
    expect((await runProgram()).warnings).to.deep.equal([]);
    const { warnings } = await runProgram({}, [withNetwork("bridge")]);
    expect(warnings).to.deep.equal([
      "minikube with --cni=bridge does not enforce NetworkPolicies. To replace the cluster and all its stacks, run: " +
        "minikube delete -p minikube, then: minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080 -p minikube",
    ]);
  });

  it("is in force in the program", async () => {
    const registered = (await runProgram()).of("NetworkPolicy").map(({ inputs }) => inputs.spec as unknown);
    expect(registered).to.have.deep.members(Object.values(policies(standalone)));
  });

  const names = (database: DatabasePath, acme = false) => Object.keys(policies({ database, acme }));

  it("allows connections between the operator's members, and from the operator to the members and the API server", () => {
    const rules = policies({ database: { kind: "operator", installs: true }, acme: false });
    expect(Object.keys(rules)).to.have.members([
      ...["deny-all", "any-to-web", "web-to-dns", "web-to-mongodb"],
      ...["mongodb-to-mongodb", "mongodb-from-web", "mongodb-from-mongodb", "mongodb-from-operator"],
      ...["operator-to-mongodb", "operator-to-api"],
    ]);
    const operator = { matchLabels: { "app.kubernetes.io/name": "psmdb-operator" } };
    const ports = [443, 6443, 8443].map((port) => ({ protocol: "TCP", port }));
    expect(rules["operator-to-api"]).to.deep.equal({
      podSelector: operator,
      policyTypes: ["Egress"],
      egress: [{ ports }],
    });
  });

  it("allows an operator in another namespace, and creates no rules for its pods", () => {
    const rules = policies({ database: { kind: "operator", installs: false }, acme: false });
    expect(rules).not.to.have.any.keys("operator-to-mongodb", "operator-to-api");
    expect(rules["mongodb-from-operator"]?.ingress).to.deep.equal([
      {
        from: [
          {
            // The first name is from Percona's chart, and the second from Percona's manifests.
            podSelector: {
              matchExpressions: [
                {
                  key: "app.kubernetes.io/name",
                  operator: "In",
                  values: ["psmdb-operator", "percona-server-mongodb-operator"],
                },
              ],
            },
            namespaceSelector: {},
          },
        ],
        ports: [{ protocol: "TCP", port: 27017 }],
      },
    ]);
  });

  it("allows only the service to connect to an external MongoDB, at its ports", () => {
    const rules = policies({ database: { kind: "external", ports: [27017, 27018] }, acme: false });
    expect(Object.keys(rules)).to.have.members(["deny-all", "any-to-web", "web-to-dns", "web-to-outside"]);
    expect(rules["web-to-outside"]).to.deep.equal({
      podSelector: web,
      policyTypes: ["Egress"],
      egress: [
        {
          ports: [
            { protocol: "TCP", port: 27017 },
            { protocol: "TCP", port: 27018 },
          ],
        },
      ],
    });
  });

  it("allows Let's Encrypt to connect to cert-manager's pods, with an issuer", () => {
    expect(names({ kind: "standalone" })).not.to.include("any-to-acme-solver");
    expect(names({ kind: "standalone" }, true)).to.include("any-to-acme-solver");
  });
});
