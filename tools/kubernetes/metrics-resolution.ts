import { askKubectl, kubectl } from "./kubectl.ts";
import { mustAsk } from "../process/child-process.ts";

/** Target interval of measurements, in seconds. The autoscaler reads the measurements at the same interval. */
export const goodPeriod = 15;

/** Default interval of metrics-server, in seconds. */
const ownPeriod = 60;

const flag = "--metric-resolution=";
const deployment = ["deployment", "metrics-server", "--namespace", "kube-system"];

/** Seconds between two measurements of the pods' CPU. Undefined if metrics-server's Deployment can't be read. */
export async function metricsPeriod(profile: string): Promise<number | undefined> {
  const given = await argumentsOf(profile);
  if (given === undefined) return undefined;
  const told = given.find((argument) => argument.startsWith(flag));
  return told === undefined ? ownPeriod : inSeconds(told.slice(flag.length));
}

/** Sets metrics-server's interval to 15 s. minikube's addon sets 60 s, again at each `minikube start`. */
export async function measureOften(profile: string): Promise<void> {
  const given = await argumentsOf(profile);
  if (given === undefined) return;
  const { program, args } = kubectl(profile, [
    "patch",
    ...deployment,
    "--type=json",
    "--patch",
    patch(given),
  ]);
  await mustAsk(program, args);
}

/** The equivalent command for users. */
export async function byHandCommand(profile: string): Promise<string> {
  const { program, args } = kubectl(profile, ["patch", ...deployment, "--type=json"]);
  return `${[program, ...args].join(" ")} --patch '${patch((await argumentsOf(profile)) ?? [])}'`;
}

function patch(given: readonly string[]): string {
  const path = "/spec/template/spec/containers/0/args";
  const i = given.findIndex((argument) => argument.startsWith(flag));
  const value = `${flag}${goodPeriod}s`;
  return JSON.stringify(
    i === -1
      ? [{ op: "add", path: `${path}/-`, value }]
      : [
          { op: "test", path: `${path}/${i}`, value: given[i] },
          { op: "replace", path: `${path}/${i}`, value },
        ],
  );
}

async function argumentsOf(profile: string): Promise<string[] | undefined> {
  const output = ["--output", "jsonpath={.spec.template.spec.containers[0].args}"];
  const answer = await askKubectl(profile, ["get", ...deployment, ...output]);
  if (answer.kind !== "ok" || !answer.stdout.startsWith("[")) return undefined;
  return JSON.parse(answer.stdout) as string[];
}

/** Parses a duration in Go's format, such as 1m30s. */
function inSeconds(duration: string): number {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  return [...duration.matchAll(/([\d.]+)(ms|[smh])/g)].reduce(
    (sum, [, count = "", unit = ""]) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );
}
