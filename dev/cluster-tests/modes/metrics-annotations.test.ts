import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { podsOf } from "../security/support/admitted-pods.ts";
import { until, untilStackReady } from "../support/stack-pods.ts";
import { createTestStack, type Outputs } from "../support/test-stack.ts";
import { dashboardQueries, type Dashboard } from "./support/dashboard-queries.ts";
import { stopAtFirstFailure } from "./support/ordered-tests.ts";
import { installPlainPrometheus } from "./support/plain-prometheus.ts";
import { prometheusImage, type Prometheus } from "./support/prometheus-api.ts";
import { needsImage } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";
import { scaleMongodb, startTraffic, type Traffic } from "./support/service-traffic.ts";

const prometheusNamespace = "koa-mongo-stack-modes-plain";
/** Four scrape intervals of a Prometheus that scrapes once a minute. */
const rateInterval = "4m";
const dashboard = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../infra/monitoring/dashboard.json"), "utf8"),
) as Dashboard;

describe("metrics-annotations: the stack in a Prometheus without an operator", () => {
  const removals = removeAfter();
  let traffic: Traffic | undefined;
  let prometheus: Prometheus;
  let outputs: Outputs;

  before(async function () {
    await needsImage(this, prometheusImage);
    const installed = await installPlainPrometheus(prometheusNamespace);
    removals.push(installed.remove);
    ({ prometheus } = installed);
    const stack = await createTestStack("metrics-plain");
    removals.push(() => stack.remove());
    await stack.set("metrics", "annotations");
    await stack.set("metricsNamespace", prometheusNamespace);
    await stack.set("maxReplicas", "2");
    ({ outputs } = await stack.up());
    const started = startTraffic(outputs.url);
    removals.push(() => started.stop());
    traffic = started;
  });
  stopAtFirstFailure();

  it("finds each pod of the service once, and no other pod of the namespace", async () => {
    const pods = (await podsOf(outputs.namespace, "web")).map(({ metadata }) => metadata.name).sort();
    expect(pods).to.have.length(2);
    await until("both pods are scraped", 240, async () => {
      const targets = (await prometheus.targets()).filter(
        ({ labels }) => labels.namespace === outputs.namespace,
      );
      return (
        targets.every(({ health }) => health === "up") &&
        targets
          .map(({ labels }) => labels.pod)
          .sort()
          .join() === pods.join()
      );
    });
  });

  it("offers the stack's namespace in the dashboard, and has a series for every query", async () => {
    const query = dashboard.templating.list.find(({ name }) => name === "namespace")?.query ?? "";
    const metric = /^label_values\((\w+), namespace\)$/.exec(query)?.[1] ?? "";
    await until("the dashboard offers the namespace", 120, async () => {
      return (await prometheus.namespacesOf(metric)).includes(outputs.namespace);
    });
    for (const { title, expr } of dashboardQueries(dashboard, rateInterval, outputs.namespace)) {
      await until(`"${title}" has a series: ${expr}`, 300, async () => {
        return (await prometheus.query(expr)).some(({ value }) => Number.isFinite(value));
      });
    }
  });

  it("evaluates every rule of alerts.yaml without an error", async () => {
    await until("every rule is evaluated", 180, async () => {
      const rules = await prometheus.rules();
      return rules.length > 10 && rules.every(({ health }) => health !== "unknown");
    });
    expect((await prometheus.rules()).filter(({ health }) => health !== "ok")).to.deep.equal([]);
  });

  it("alerts while MongoDB is unavailable, though it scrapes once a minute, and resolves", async () => {
    await traffic?.stop();
    const alert = async () =>
      (await prometheus.alerts()).find(
        ({ labels }) => labels.alertname === "MongoDBIsAway" && labels.namespace === outputs.namespace,
      );
    await scaleMongodb(outputs.namespace, 0);
    await until("MongoDBIsAway fires", 360, async () => (await alert())?.state === "firing");
    expect((await alert())?.annotations.summary).to.include(outputs.namespace);
    await scaleMongodb(outputs.namespace, 1);
    await untilStackReady(outputs.namespace);
    await until("MongoDBIsAway is resolved", 240, async () => (await alert()) === undefined);
  });
});
