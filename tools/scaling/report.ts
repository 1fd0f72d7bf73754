import { memberCache, members, memberRequests } from "../../infra/replica-set.ts";
import { cpuOf } from "../../infra/quantity.ts";
import { webLimits, webRequests } from "../../infra/web.ts";
import type { Figures } from "./figures.ts";
import { dataPlan, ratePlan, type DataPlan, type Prices, type RatePlan } from "./plan.ts";
import { simulateQueue } from "./queue.ts";

/** What the page is made from. */
export interface ReportArgs {
  readonly figures: Figures;
  readonly prices: Prices;
  readonly scaling: {
    readonly cpuTarget: number;
    readonly minReplicas: number;
    readonly maxReplicas: number;
  };
  /** Requests of each simulation. */
  readonly requests: number;
}

const rates = [10, 1000, 100_000];
const sizes = [1e9, 1e12];
/** Shares of a pod's CPU limit. */
const loads = [0.1, 0.25, 0.5, 0.7, 0.8, 0.9];
/** Sizes of documents and index entries are assumed. */
const assumed = { document: 1000, indexEntry: 30, cache: memberCache, copies: members };

/** The page's tables, in Markdown. */
export function report(args: ReportArgs): string {
  const { figures, prices, scaling } = args;
  const plans = rates.map((rate) => ratePlan(rate, figures, scaling, prices));
  return [
    `A GET costs ${figures.alone.toFixed(0)} µs of CPU when it is alone and ${figures.together.toFixed(0)} µs when many come at once ` +
      `(${figures.source}). A CPU is taken for ${prices.cpu} a month with its memory, and a gigabyte of disk for ${prices.disk}: ` +
      "put in your own with `--cpu-price` and `--disk-price`.",
    "",
    "## Requests",
    "",
    table(
      [
        "requests/s",
        "CPUs busy",
        `pods at ${scaling.cpuTarget} % of ${webRequests.cpu}`,
        "CPUs reserved",
        "a month",
        "the limit",
      ],
      plans.map((plan) => rateRow(plan, scaling.maxReplicas)),
    ),
    "",
    "## One pod",
    "",
    `Requests that come independently of each other, on one thread that may use ${webLimits.cpu} of CPU: what it uses up early ` +
      `in a period of 100 ms it lacks until the next. ${args.requests} requests each, without MongoDB and the network.`,
    "",
    table(["requests/s", "of its limit", "p50 ms", "p99 ms"], podRows(args)),
    "",
    "## Data",
    "",
    `Documents of ${assumed.document} bytes, ${assumed.indexEntry} bytes of index for each, ${assumed.copies} copies; a member has ` +
      `${memberRequests.memory} of memory, ${memberCache / 1024 ** 2} MiB of it for WiredTiger's cache.`,
    "",
    table(
      ["data", "documents", "index of `_id`", "disks", "a month", "the limit"],
      sizes.map((size) => dataRow(dataPlan(size, assumed, prices))),
    ),
    "",
  ].join("\n");
}

function rateRow(plan: RatePlan, maxReplicas: number): string[] {
  const { rate, cpus, pods, reserved, price } = plan;
  return [
    count(rate),
    cpus.toPrecision(2),
    count(pods),
    reserved.toFixed(1),
    money(price),
    rateLimit(pods, maxReplicas),
  ];
}

/** Most pods that the configuration takes. */
const mostReplicas = 50;

function rateLimit(pods: number, maxReplicas: number): string {
  if (pods <= maxReplicas) return "none";
  if (pods <= mostReplicas) return `\`maxReplicas\`: ${pods}`;
  return `\`maxReplicas\` ends at ${mostReplicas}: larger pods (\`webRequests\`, \`webLimits\` in infra/web.ts), and \`cpuTarget\` up`;
}

function podRows({ figures, requests }: ReportArgs): string[][] {
  const cpuLimit = cpuOf(webLimits.cpu) / 1000;
  return loads.map((load) => {
    const rate = (load * cpuLimit * 1e6) / figures.together;
    const { p50, p99 } = simulateQueue({ rate, cost: figures.together, cpuLimit, requests, seed: 1 });
    return [count(Math.round(rate)), `${(load * 100).toFixed(0)} %`, p50.toFixed(1), p99.toFixed(1)];
  });
}

function dataRow({ size, documents, index, disks, price, fits }: DataPlan): string[] {
  const limit = fits ? "none" : "memory: the index is read from disk unless the cache holds it";
  return [bytes(size), count(documents), bytes(index), bytes(disks), money(price), limit];
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function money(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}

function bytes(value: number): string {
  const units = [
    { unit: "TB", size: 1e12 },
    { unit: "GB", size: 1e9 },
  ];
  const { unit, size } = units.find((one) => value >= one.size) ?? { unit: "MB", size: 1e6 };
  return `${Number((value / size).toPrecision(2))} ${unit}`;
}

function table(heads: readonly string[], rows: readonly string[][]): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
