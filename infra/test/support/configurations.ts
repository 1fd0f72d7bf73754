import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { readSettings } from "../../settings/stack-settings.ts";
import type { Values } from "./setting-matrix.ts";
import { goodProfile, kubernetesNode } from "./fake-minikube.ts";
import { runProgram, setConfig, type ProgramRun, type Registered } from "./mocked-program.ts";
import { schemaProblem, type Manifest } from "./kubernetes-schema.ts";
import { violations } from "./policy-violations.ts";

/** A minikube cluster with all addons that any combination needs. */
export const profiles = [
  { ...goodProfile, Config: { ...goodProfile.Config, Addons: { "metrics-server": true, ingress: true } } },
];
const nodes = ["a", "b", "c"].map((name) => kubernetesNode(name));

/** Returns the error message for a combination, or undefined if the settings accept it. */
export function settingsError(values: Values): string | undefined {
  try {
    readSettings(setConfig(values), "test");
    return undefined;
  } catch (error) {
    if (error instanceof RunError) return error.message;
    throw error;
  }
}

/** Runs the program, and checks the rules for every stack. */
export async function expectStack(values: Values): Promise<void> {
  const run = await runProgram(values, profiles, nodes);
  expect(run.warnings.filter((line) => !line.includes("load balancer"))).to.deep.equal([]);
  // A resource that is only read has no inputs.
  const created = run.resources.filter(({ inputs }) => inputs?.apiVersion !== undefined);
  const problems = await Promise.all(created.map(({ inputs }) => schemaProblem(inputs as Manifest)));
  expect(
    problems.filter((problem) => problem !== undefined),
    "schema",
  ).to.deep.equal([]);
  expect(await violations(created), "policies").to.deep.equal([]);
  expect(run.outputs.url).to.match(expectedUrl(values));
  expect(run.outputs.image).to.match(
    values.registry === undefined
      ? /^koa-mongo-stack:[0-9a-f]{16}$/
      : /^registry\.example:5000\/koa@sha256:[0-9a-f]{64}$/,
  );
  expect(databases(run)).to.deep.equal([values.mongo ?? "standalone"]);
  expect(neighbours(run)).to.deep.equal([values.metrics, values.otlpEndpoint].map(Boolean));
  expect(run.of("ServiceMonitor")).to.have.length(values.metrics === "serviceMonitor" ? 1 : 0);
  expect(outsideNamespace(created)).to.deep.equal([]);
  expect(rejectedNames(created), "names").to.deep.equal([]);
}

function expectedUrl({ cluster, expose, tlsIssuer, tlsKey }: Values): RegExp {
  if (expose === "ingress") {
    return tlsIssuer === undefined && tlsKey === undefined
      ? /^http:\/\/a\.example$/
      : /^https:\/\/a\.example$/;
  }
  return cluster === "current" ? /^http:\/\/192\.0\.2\.9:31234$/ : /^http:\/\/192\.0\.2\.1:31234$/;
}

/** The databases of a stack, of which there must be exactly one. */
function databases(run: ProgramRun): string[] {
  const outside = run.of("NetworkPolicy").filter(({ name }) => name === "network-web-to-outside");
  return [
    ...run.of("StatefulSet").map(() => "standalone"),
    ...run.of("PerconaServerMongoDB").map(() => "operator"),
    ...outside.map(() => "external"),
  ];
}

/** Whether another namespace may read the metrics, and whether the service sends traces. */
function neighbours(run: ProgramRun): boolean[] {
  const rules = run.of("NetworkPolicy").map(({ name }) => name);
  return ["network-metrics-to-neighbour", "network-web-to-collector"].map((name) => rules.includes(name));
}

/** Names that Kubernetes rejects. The provider names an unnamed object by its logical name and random characters. */
export function rejectedNames(created: readonly Registered[]): string[] {
  return created
    .map(({ name, inputs }) => String(inputs.metadata.name ?? `${name}-0a1b2c3d`))
    .filter((name) => !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name));
}

const clusterWide = ["Namespace", "PersistentVolume", "PriorityClass"];

function outsideNamespace(created: readonly Registered[]): string[] {
  return created
    .filter(({ inputs }) => !clusterWide.includes(String(inputs.kind)))
    .filter(({ inputs }) => inputs.metadata.namespace !== "koa-mongo-stack-test-auto")
    .map(({ name }) => name);
}
