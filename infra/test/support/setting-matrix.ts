import { certificate, key } from "./test-certificate.ts";

/** Values of configuration keys. */
export type Values = Readonly<Record<string, unknown>>;

/** All kinds of settings. The first value of each axis is the default. */
const axes: readonly (readonly Values[])[] = [
  [{}, { cluster: "current" }],
  [
    {},
    { registry: "registry.example:5000/koa" },
    { registry: "registry.example:5000/koa", registryUsername: "ada", registryPassword: "secret" },
  ],
  [
    {},
    { expose: "loadBalancer" },
    { expose: "ingress", host: "a.example" },
    { expose: "ingress", host: "a.example", ingressClass: "nginx", tlsIssuer: "letsencrypt" },
    {
      expose: "ingress",
      host: "a.example",
      tlsCertificate: certificate,
      tlsKey: key,
    },
  ],
  [
    {},
    { passwordVersion: 2 },
    { mongo: "operator" },
    { mongo: "operator", installOperator: false },
    { mongo: "external", mongodbUri: "mongodb+srv://ada:secret@db.example/app" },
    { mongo: "external", mongodbUri: "mongodb://ada:secret@db.example/app", mongodbCa: certificate },
  ],
  [{}, { keepData: true }, { storage: "standard" }],
  [
    {},
    { metrics: "annotations" },
    { metrics: "serviceMonitor", otlpEndpoint: "http://collector.observability:4318" },
  ],
];

/** One value of each axis. */
interface Combination {
  readonly values: Values;
  /** Index of the value of each axis. */
  readonly choice: readonly number[];
}

/** Every combination, valid or not. */
export function combinations(): Values[] {
  return all().map(({ values }) => values);
}

/** Chooses few accepted combinations that together have every pair of values that is accepted at all. */
export function pairs(isAccepted: (values: Values) => boolean): Values[] {
  const candidates = all().filter(({ values }) => isAccepted(values));
  const missing = new Set(candidates.flatMap(pairsOf));
  const chosen: Values[] = [];
  while (missing.size > 0) {
    const gain = (candidate: Combination) => pairsOf(candidate).filter((pair) => missing.has(pair)).length;
    const best = candidates.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of pairsOf(best)) missing.delete(pair);
    chosen.push(best.values);
  }
  return chosen;
}

function all(): Combination[] {
  return axes.reduce<Combination[]>(
    (some, axis) =>
      some.flatMap(({ values, choice }) =>
        axis.map((more, index) => ({ values: { ...values, ...more }, choice: [...choice, index] })),
      ),
    [{ values: {}, choice: [] }],
  );
}

function pairsOf({ choice }: Combination): string[] {
  return choice.flatMap((a, i) => choice.slice(i + 1).map((b, j) => `${i}:${a} ${i + 1 + j}:${b}`));
}

/** A short title, without certificates. */
export function title(values: Values): string {
  const words = Object.entries(values).map(
    ([key, value]) => `${key}=${String(value).startsWith("-----") ? "…" : String(value)}`,
  );
  return words.length === 0 ? "the defaults" : words.join(" ");
}
