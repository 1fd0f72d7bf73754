import { policyEnforcer, type DaemonSet } from "../../../../infra/cluster/nodes/policy-enforcers.ts";
import { list } from "../../support/cluster-objects.ts";
import { skipWithout } from "./prerequisites.ts";

/** Skips the test unless the cluster has a network plugin that enforces NetworkPolicies. */
export async function needsPolicyPlugin(test: Mocha.Context): Promise<void> {
  const daemonSets = await list(({ apps }) => apps.listDaemonSetForAllNamespaces());
  const nodes = await list(({ core }) => core.listNode());
  const kubelets = nodes.map(({ status }) => status.nodeInfo?.kubeletVersion ?? "");
  const enforcer = policyEnforcer(daemonSets as unknown as DaemonSet[], kubelets);
  if (enforcer === undefined) skipWithout(test, "network plugin that enforces NetworkPolicies");
}
