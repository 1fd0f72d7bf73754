import {
  findProfile,
  hasMetricsServer,
  isRunning,
  requireOneDockerNode,
  startCommand,
  type Profile,
} from "../../infra/minikube.ts";
import { patience } from "../run.ts";
import type { Check, Finding } from "./check.ts";

/** What is known of the cluster: its profile, that there is none, or why minikube can't say. */
export type Known = Profile | undefined | Error;

/** Asks minikube. Never throws. */
export async function askForCluster(profile: string): Promise<Known> {
  try {
    return await findProfile(profile, patience);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The checks that make sense for what there is. */
export function clusterChecks(profile: string, known: Known): Check[] {
  const cluster = { name: "cluster", look: () => state(profile, known) };
  if (known === undefined || known instanceof Error) return [cluster];
  return [
    cluster,
    { name: "network policies", look: () => networkPolicies(known) },
    { name: "metrics-server", look: () => metricsServer(known) },
  ];
}

function state(profile: string, known: Known): Finding {
  if (known instanceof Error) return { state: "warn", found: "unknown", mend: known.message };
  if (known === undefined) {
    return {
      state: "warn",
      found: `no minikube cluster "${profile}"`,
      mend: `\`npm run up\` starts it; by hand: ${startCommand} -p ${profile}`,
    };
  }
  const { Driver, KubernetesConfig, Nodes } = known.Config;
  const found =
    `"${profile}" ${known.Status}, driver ${Driver}, runtime ${KubernetesConfig.ContainerRuntime}, ` +
    `${Nodes.length} ${Nodes.length === 1 ? "node" : "nodes"}`;
  try {
    requireOneDockerNode(profile, known);
  } catch (error) {
    return { state: "missing", found, mend: (error as Error).message };
  }
  if (isRunning(known)) return { state: "ok", found };
  return { state: "warn", found, mend: `\`npm run up\` starts it; by hand: minikube start -p ${profile}` };
}

/** Networks of minikube's choice that know what a NetworkPolicy is. */
const enforcing = ["calico", "cilium"];
const ignoring = ["", "auto", "bridge", "false", "flannel", "kindnet"];

function networkPolicies({ Name, Config }: Profile): Finding {
  const { CNI = "" } = Config.KubernetesConfig;
  if (enforcing.includes(CNI)) return { state: "ok", found: `enforced by ${CNI}` };
  const network = CNI === "" ? "minikube's default network" : CNI;
  return {
    state: "warn",
    found: ignoring.includes(CNI) ? `${network} does not enforce them` : `nobody knows whether ${CNI} does`,
    mend: `Another cluster enforces them: minikube delete -p ${Name}, then: ${startCommand} -p ${Name}`,
  };
}

function metricsServer(found: Profile): Finding {
  if (hasMetricsServer(found)) return { state: "ok", found: "on" };
  return {
    state: "warn",
    found: "off: the autoscaler can't see CPU",
    mend: `\`npm run up\` enables it; by hand: minikube addons enable metrics-server -p ${found.Name}`,
  };
}
