import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { createMetrics } from "../../../service/metrics/metrics.ts";

const folder = join(import.meta.dirname, "../../../infra/monitoring");

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: { readonly summary: string };
}
const { groups } = parse(readFileSync(join(folder, "alerts.yaml"), "utf8")) as {
  groups: { name: string; rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(join(folder, "dashboard.json"), "utf8")) as {
  templating: { list: { name: string; query: string }[] };
  panels: {
    title: string;
    description: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string }[];
  }[];
};

/** Metrics in a query, with their labels. Every metric has braces, so that this function finds it. */
function selectors(expr: string): { name: string; labels: string[] }[] {
  return [...expr.matchAll(/([a-z_:][\w:]*)\{([^}]*)\}/g)].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=|!)/g)].map(([, label = ""]) => label),
  }));
}

/** The words of a query without its metrics: functions, operators, and grouping labels. */
function words(expr: string): string[] {
  const rest = expr.replace(/[a-z_:][\w:]*\{[^}]*\}(\[[^\]]*\])?/g, "").replace(/\bby \([^)]*\)/g, "");
  return [...rest.matchAll(/[a-z_]{2,}/g)].map(([word]) => word);
}

describe("alerts and dashboard", () => {
  const series = new Map<string, string[]>();
  before(async () => {
    const metrics = createMetrics();
    metrics.request("GET", "/data", 200, 0.01);
    metrics.operation("list", 0.01, true);
    metrics.sharedRead("list", 1);
    for (const line of (await metrics.text()).split("\n")) {
      const [, name, labels = ""] = /^([a-z_]\w*)(?:\{(.*)\})? /.exec(line) ?? [];
      if (name !== undefined)
        series.set(
          name,
          [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label),
        );
    }
    for (const { record } of rules) if (record !== undefined) series.set(record, []);
  });

  /** Labels that Prometheus adds to each sample. */
  const target = ["namespace", "pod"];
  const queries = [
    ...rules.map(({ record, alert, expr }) => [record ?? alert ?? "", expr] as const),
    ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ];
  const functions = [
    "sum",
    "rate",
    "increase",
    "max",
    "min",
    "absent",
    "and",
    "or",
    "vector",
    "histogram_quantile",
  ];

  for (const [name, expr] of queries) {
    it(`${name}: asks for what the service tells`, () => {
      const asked = selectors(expr);
      expect(asked).not.to.deep.equal([]);
      for (const { name: metric, labels } of asked) {
        // Other services have metrics with the same names, so filter by namespace.
        expect(labels[0]).to.equal("namespace");
        expect([...series.keys()]).to.include(metric);
        expect([...(series.get(metric) ?? []), ...target]).to.include.members(labels);
      }
      expect(functions).to.include.members(words(expr));
    });
  }

  it("groups by labels that there are", () => {
    const known = new Set([...series.values(), target].flat());
    for (const [, expr] of queries) {
      for (const [, list = ""] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
        for (const label of list.split(/,\s*/))
          expect(known.has(label), `${label} in ${expr}`).to.equal(true);
      }
    }
  });

  it("adds up the pods of one namespace at a time: each stack has alerts of its own", () => {
    for (const { record, alert, expr } of rules) {
      for (const [, labels = ""] of expr.matchAll(/\b(?:sum|max|min)\b\s*(?:by \(([^)]*)\))?/g)) {
        expect(labels.split(/,\s*/), record ?? alert).to.include("namespace");
      }
    }
  });

  it("measures over five minutes or longer: many Prometheus scrape once a minute only", () => {
    for (const { record, alert, expr } of rules) {
      for (const [, minutes] of expr.matchAll(/\[(\d+)m\]/g)) {
        expect(Number(minutes), record ?? alert).to.be.at.least(5);
      }
    }
  });

  it("offers the namespaces of this service only: others have metrics of the same names", () => {
    const query = dashboard.templating.list.find(({ name }) => name === "namespace")?.query ?? "";
    const metric = /^label_values\((\w+), namespace\)$/.exec(query)?.[1] ?? "";
    expect([...series.keys()]).to.include(metric);
    expect(metric).to.match(/^data_/);
  });

  it("says of each alert what it means, and how urgent it is", () => {
    const alerts = rules.filter(({ alert }) => alert !== undefined);
    expect(alerts.map(({ alert }) => alert)).to.include.members(["ErrorBudgetBurnsFast", "RequestsAreShed"]);
    for (const { annotations, labels } of alerts) {
      expect(annotations?.summary).to.match(/^[A-Z].{20,}/);
      expect(labels?.severity).to.be.oneOf(["page", "ticket"]);
    }
  });

  it("has a panel beside the other, none upon another, and a sentence for each", () => {
    for (const [i, { gridPos: one, description }] of dashboard.panels.entries()) {
      expect(description).to.match(/\w+ \w+/);
      for (const { gridPos: other } of dashboard.panels.slice(i + 1)) {
        const apart =
          one.x + one.w <= other.x ||
          other.x + other.w <= one.x ||
          one.y + one.h <= other.y ||
          other.y + other.h <= one.y;
        expect(apart).to.equal(true);
      }
    }
  });
});
