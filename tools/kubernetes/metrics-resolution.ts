import { tryKubectl, kubectl } from "./kubectl.ts";
import { runOrThrow } from "../process/child-process.ts";

/** Target interval of measurements, in seconds. The autoscaler reads the measurements at the same interval. */
export const targetPeriodSeconds = 15;

/** Default interval of metrics-server, in seconds. */
const defaultPeriodSeconds = 60;

const flag = "--metric-resolution=";
const deployment = ["deployment", "metrics-server", "--namespace", "kube-system"];

/** Seconds between two measurements of the pods' CPU. Undefined if metrics-server's Deployment can't be read. */
export async function metricsPeriodSeconds(profile: string): Promise<number | undefined> {
  const current = await argumentsOf(profile);
  if (current === undefined) return undefined;
  const configured = current.find((argument) => argument.startsWith(flag));
  return configured === undefined ? defaultPeriodSeconds : inSeconds(configured.slice(flag.length));
}

/** Sets metrics-server's interval to 15 s. minikube's addon sets 60 s, again at each `minikube start`. */
export async function setTargetPeriod(profile: string): Promise<void> {
  const current = await argumentsOf(profile);
  if (current === undefined) return;
  const { program, args } = kubectl(profile, [
    "patch",
    ...deployment,
    "--type=json",
    "--patch",
    patch(current),
  ]);
  await runOrThrow(program, args);
}

/** The equivalent command for users. */
export async function targetPeriodCommand(profile: string): Promise<string> {
  const { program, args } = kubectl(profile, ["patch", ...deployment, "--type=json"]);
  return `${[program, ...args].join(" ")} --patch '${patch((await argumentsOf(profile)) ?? [])}'`;
}

function patch(current: readonly string[]): string {
  const path = "/spec/template/spec/containers/0/args";
  const i = current.findIndex((argument) => argument.startsWith(flag));
  const value = `${flag}${targetPeriodSeconds}s`;
  return JSON.stringify(
    i === -1
      ? [{ op: "add", path: `${path}/-`, value }]
      : [
          { op: "test", path: `${path}/${i}`, value: current[i] },
          { op: "replace", path: `${path}/${i}`, value },
        ],
  );
}

async function argumentsOf(profile: string): Promise<string[] | undefined> {
  const output = ["--output", "jsonpath={.spec.template.spec.containers[0].args}"];
  const answer = await tryKubectl(profile, ["get", ...deployment, ...output]);
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
