import { expect } from "chai";
import { policies } from "../network.ts";
import { restorePath, withNetwork } from "./support/minikube.ts";
import { runProgram } from "./support/program.ts";

const web = { matchLabels: { "app.kubernetes.io/name": "web" } };
const mongodb = { matchLabels: { "app.kubernetes.io/name": "mongodb" } };
const users = { matchLabels: { "app.kubernetes.io/name": "mongodb-users" } };
const dns = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

describe("NetworkRules", function () {
  this.timeout(60_000);
  after(restorePath);

  it("denies everything, and then allows these paths", () => {
    expect(policies()).to.deep.equal({
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
      "web-to-dns": { podSelector: web, policyTypes: ["Egress"], egress: [dns] },
      "users-to-mongodb": {
        podSelector: users,
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: mongodb }], ports: [{ protocol: "TCP", port: 27017 }] }, dns],
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

  it("lets one neighbour read the metrics, and the pods send traces to another, where that is asked for", () => {
    const {
      "metrics-to-neighbour": metrics,
      "web-to-collector": traces,
      ...others
    } = policies({
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
    expect(others).to.deep.equal(policies());
  });

  it("warns, in one sentence, where the cluster does not enforce them", async () => {
    expect((await runProgram()).warnings).to.deep.equal([]);
    const { warnings } = await runProgram({}, [withNetwork("bridge")]);
    expect(warnings).to.deep.equal([
      "minikube with --cni=bridge does not enforce NetworkPolicies. Another cluster does: minikube delete -p minikube, " +
        "then: minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080 -p minikube",
    ]);
  });

  it("is in force in the program", async () => {
    const registered = (await runProgram()).of("NetworkPolicy").map(({ inputs }) => inputs.spec as unknown);
    expect(registered).to.have.deep.members(Object.values(policies()));
  });
});
