import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { mongodbPod, podsOf } from "../security/support/admitted-pods.ts";
import { reached } from "../security/support/network-paths.ts";
import { startUnrelatedPod, unrelatedPodName } from "../security/support/unrelated-pod.ts";
import { kubectl } from "../support/cluster-kubectl.ts";
import { until, untilStackReady } from "../support/stack-pods.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";
import { dashboardQueries, type Dashboard, type DashboardQuery } from "./support/dashboard-queries.ts";
import { install, namespaceObject } from "./support/installed-objects.ts";
import { stopAtFirstFailure } from "./support/ordered-tests.ts";
import { needsPolicyPlugin } from "./support/policy-plugin.ts";
import type { ActiveAlert, Prometheus, Series } from "./support/prometheus-api.ts";
import { installOperator, installPrometheus, needsOperator } from "./support/prometheus-operator.ts";
import { removeAfter } from "./support/removals.ts";
import { requestEachPod, scaleMongodb, startTraffic, type Traffic } from "./support/service-traffic.ts";

const prometheusNamespace = "koa-mongo-stack-modes-prometheus";
const unrelatedNamespace = "koa-mongo-stack-modes-unrelated";
/** Four scrape intervals of the ServiceMonitor. */
const rateInterval = "1m";
/** Share of errors above which ErrorBudgetBurnsFast fires. A slow machine alone may cause a few errors. */
const maxErrorRatio = 0.0144;
const rulesOfFile = (
  parse(readFileSync(join(import.meta.dirname, "../../../infra/monitoring/alerts.yaml"), "utf8")) as {
    groups: { rules: { record?: string; alert?: string }[] }[];
  }
).groups.flatMap(({ rules }) => rules.map(({ record, alert }) => record ?? alert ?? ""));

describe("metrics-operator: two stacks in a Prometheus of its operator", function () {
  // Two stacks and an operator start before the first test.
  this.timeout(1_500_000);
  const removals = removeAfter();
  const traffic: Traffic[] = [];
  let prometheus: Prometheus;
  let one: Outputs;
  let other: Outputs;

  before(async function () {
    const bundle = await needsOperator(this);
    removals.push(await installOperator(bundle));
    // The default of the key `metricsLabels`.
    const installed = await installPrometheus(prometheusNamespace, { release: "kube-prometheus-stack" });
    removals.push(installed.remove);
    ({ prometheus } = installed);
    const up = async (name: string, replicas: string) => {
      const stack: TestStack = await createTestStack(name);
      removals.push(() => stack.remove());
      await stack.set("metrics", "serviceMonitor");
      await stack.set("metricsNamespace", prometheusNamespace);
      await stack.set("minReplicas", replicas);
      await stack.set("maxReplicas", replicas);
      return (await stack.up()).outputs;
    };
    one = await up("metrics-one", "2");
    other = await up("metrics-other", "1");
    traffic.push(startTraffic(one.url), startTraffic(other.url, ["/openapi.json"]));
    removals.push(async () => {
      for (const each of traffic) await each.stop();
    });
  });
  stopAtFirstFailure();

  it("finds every pod, through the ServiceMonitor and the network policies", async () => {
    for (const { namespace } of [one, other]) {
      const names = (await podsOf(namespace, "web")).map(({ metadata }) => metadata.name);
      await until(`${namespace} is scraped`, 180, async () => {
        const targets = (await prometheus.targets()).filter(({ labels }) => labels.namespace === namespace);
        const up = targets.filter(({ health }) => health === "up").map(({ labels }) => labels.pod ?? "");
        return targets.length === names.length && sorted(up).join() === sorted(names).join();
      });
    }
  });

  it("denies pods of other namespaces the metrics", async function () {
    await needsPolicyPlugin(this);
    removals.push(await install(namespaceObject(unrelatedNamespace)));
    await startUnrelatedPod(unrelatedNamespace, one.image);
    const [web] = await podsOf(one.namespace, "web");
    const mongodb = await mongodbPod(one.namespace);
    const host = web?.status.podIP ?? "";
    const unrelated = {
      name: "an unrelated pod",
      namespace: unrelatedNamespace,
      pod: unrelatedPodName,
      has: "node",
    } as const;
    const open = await reached(unrelated, [
      { name: "service", host, port: 3000 },
      { name: "metrics", host, port: 9464 },
      { name: "MongoDB", host: mongodb.status.podIP, port: 27017 },
    ]);
    expect(open).to.deep.equal(["service"]);
  });

  it("has a series for every query of the dashboard", async () => {
    for (const { namespace } of [one, other]) {
      const queries = await queriesOf(namespace);
      expect(queries.length).to.be.greaterThan(12);
      for (const { title, expr } of queries) {
        await until(`"${title}" has a series: ${expr}`, 180, async () => {
          const found = await prometheus.query(expr);
          return found.some(({ value }) => Number.isFinite(value));
        });
      }
    }
  });

  it("loads every rule, and evaluates each without an error", async () => {
    for (const { namespace } of [one, other]) {
      const own = async () =>
        (await prometheus.rules()).filter(({ query }) => query.includes(`namespace="${namespace}"`));
      await until(`the rules of ${namespace} are evaluated`, 180, async () => {
        return (await own()).filter(({ health }) => health !== "unknown").length === rulesOfFile.length;
      });
      const rules = await own();
      expect(rules.map(({ name }) => name)).to.have.members(rulesOfFile);
      expect(rules.filter(({ health }) => health !== "ok")).to.deep.equal([]);
    }
    // Without an error yet, the ratios are not missing.
    await until("both have a ratio of errors", 120, async () => {
      const ratios = await errorRatios("5m");
      return ratios.length === 2 && ratios.every(({ value }) => value < maxErrorRatio);
    });
    expect(await alertsOf(one)).to.deep.equal([]);
  });

  it("shows each stack its own pods, requests and connections only", async () => {
    for (const { namespace } of [one, other]) {
      const pods = sorted((await podsOf(namespace, "web")).map(({ metadata }) => metadata.name));
      const queries = await queriesOf(namespace);
      const series = async (title: string) => {
        return await prometheus.query(queries.find((query) => query.title === title)?.expr ?? "");
      };
      expect(sorted((await series("Memory")).map(({ metric }) => metric.pod ?? ""))).to.deep.equal(pods);
      expect(sorted((await series("CPU")).map(({ metric }) => metric.pod ?? ""))).to.deep.equal(pods);
      const routes = (await series("Requests by route")).map(({ metric }) => metric.route);
      expect(routes).to.include("/data/:id");
      expect(routes.includes("/openapi.json")).to.equal(namespace === other.namespace);
      const connections = (await series("MongoDB connections")).reduce((sum, { value }) => sum + value, 0);
      expect(connections).to.equal(10 * pods.length);
    }
  });

  it("alerts on the error budget and on MongoDB, only for the stack with errors", async () => {
    await traffic[0]?.stop();
    await scaleMongodb(one.namespace, 0);
    const statuses = await requestEachPod(one.namespace, 300);
    expect(new Set(statuses)).to.deep.equal(new Set([503]));
    const wanted = ["ErrorBudgetBurnsFast", "MongoDBIsAway"];
    await until(`${wanted.join(" and ")} fire`, 420, async () => {
      const firing = (await alertsOf(one)).filter(({ state }) => state === "firing");
      return wanted.every((name) => firing.some(({ labels }) => labels.alertname === name));
    });
    for (const { labels, annotations } of await alertsOf(one)) {
      expect(labels.severity).to.be.oneOf(["page", "ticket"]);
      expect(annotations.summary).to.include(one.namespace);
      expect(JSON.stringify(annotations)).not.to.include("error expanding template");
    }
    expect(await alertsOf(other)).to.deep.equal([]);
    const ratios = await errorRatios("1h");
    const ratioOf = ({ namespace }: Outputs) =>
      ratios.find(({ metric }) => metric.namespace === namespace)?.value ?? NaN;
    expect(ratioOf(one)).to.be.within(maxErrorRatio, 1);
    expect(ratioOf(other)).to.be.lessThan(maxErrorRatio);
  });

  it("continues to scrape pods that are not ready", async () => {
    const targets = (await prometheus.targets()).filter(({ labels }) => labels.namespace === one.namespace);
    expect(targets.map(({ health }) => health)).to.deep.equal(["up", "up"]);
  });

  it("resolves both when requests succeed again", async () => {
    await scaleMongodb(one.namespace, 1);
    await untilStackReady(one.namespace);
    traffic.push(startTraffic(one.url));
    await until("MongoDBIsAway is resolved", 120, async () => {
      return !(await alertsOf(one)).some(({ labels }) => labels.alertname === "MongoDBIsAway");
    });
    await until("ErrorBudgetBurnsFast is resolved", 600, async () => {
      return !(await alertsOf(one)).some(({ labels }) => labels.alertname === "ErrorBudgetBurnsFast");
    });
  });

  /** Queries that Grafana sends for the stack's own dashboard. */
  async function queriesOf(namespace: string): Promise<DashboardQuery[]> {
    const selected = ["--selector=grafana_dashboard=1", "--output=json"];
    const output = await kubectl("get", "configmaps", "--namespace", namespace, ...selected);
    const { items } = JSON.parse(output) as { items: { data: Record<string, string> }[] };
    const dashboards = items.flatMap(({ data }) => Object.values(data));
    expect(dashboards).to.have.length(1);
    return dashboardQueries(JSON.parse(dashboards[0] ?? "") as Dashboard, rateInterval);
  }

  /** The ratios of the test's own stacks: the cluster may have others. */
  async function errorRatios(range: string): Promise<Series[]> {
    const ratios = await prometheus.query(`service:request_errors:ratio_rate${range}`);
    const own = [one.namespace, other.namespace];
    return ratios.filter(({ metric }) => own.includes(metric.namespace ?? ""));
  }

  /** Without those that a slow machine alone may cause. */
  async function alertsOf({ namespace }: Outputs): Promise<ActiveAlert[]> {
    return (await prometheus.alerts()).filter(
      ({ labels }) => labels.namespace === namespace && !/Slow|Blocked/.test(labels.alertname ?? ""),
    );
  }
});

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}
