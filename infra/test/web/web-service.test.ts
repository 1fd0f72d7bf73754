import { expect } from "chai";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram } from "../support/mocked-program.ts";

const selector = { "app.kubernetes.io/name": "web" };

describe("WebService", function () {
  this.timeout(60_000);
  after(restorePath);

  it("lets one pod go at a time when a node is drained", async () => {
    const program = await runProgram();
    expect(program.the("PodDisruptionBudget").inputs.spec).to.deep.equal({
      maxUnavailable: 1,
      selector: { matchLabels: selector },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("is found by Prometheus' operator, with its alerts and dashboard", async () => {
    const run = await runProgram({ metrics: "serviceMonitor" });
    const monitor = run.the("ServiceMonitor").inputs;
    expect(monitor.spec.selector).to.deep.equal({ matchLabels: selector });
    const pods = run.of("Service").find(({ name }) => name === "web-pods")?.inputs;
    expect(pods.metadata.labels).to.include(selector);
    expect(pods.spec.ports.map(({ name }: { name: string }) => name)).to.deep.equal([
      monitor.spec.endpoints[0].port,
    ]);
    expect(run.the("PrometheusRule").inputs.spec.groups).to.have.length(2);
    const dashboard = run.of("ConfigMap").find(({ name }) => name === "monitoring-dashboard")?.inputs;
    expect(dashboard.metadata.labels).to.include({ grafana_dashboard: "1" });
    expect(JSON.parse(dashboard.data["koa-mongo-stack.json"])).to.include({ title: "koa-mongo-stack" });
  });
});
