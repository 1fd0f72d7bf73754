import { expect } from "chai";
import type { V1StatefulSetSpec } from "@kubernetes/client-node";
import { memberImage, memberLabels, members } from "../../../infra/mongodb/operator-replica-set.ts";
import { selector } from "../../../infra/platform/pod-defaults.ts";
import { kubernetesNode, restorePath } from "../../../infra/test/support/fake-minikube.ts";
import { runProgram } from "../../../infra/test/support/mocked-program.ts";
import { runKubectl, kubectl } from "../support/cluster-kubectl.ts";
import { list, pods } from "../support/cluster-objects.ts";
import { addDocument, documentsAt } from "../support/running-service.ts";
import { until } from "../support/stack-pods.ts";
import { createTestStack, type Outputs } from "../support/test-stack.ts";
import {
  hasOtherOperator,
  installOperator,
  operatorImage,
  operatorManifest,
} from "./support/percona-operator.ts";
import { needsImage, needsManifest, skipWithout } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";

const operatorNamespace = "koa-mongo-stack-modes-percona";
const stackName = "modes-operator";
const config = { mongo: "operator", installOperator: "false", storage: "standard" };
const memberSelector = selector(memberLabels);

/** Timeout in seconds for kubelet and operator, which need many images and volumes. */
const timeoutSeconds = 600;

describe("percona-operator: Percona's operator and the definition of its resource", () => {
  const removals = removeAfter();
  let namespace: string;
  const interruption = new AbortController();
  let deployed: Promise<Outputs | Error>;

  before(async function () {
    if (await hasOtherOperator()) skipWithout(this, "cluster without a Percona operator");
    await needsImage(this, operatorImage);
    const manifest = await needsManifest(this, operatorManifest.name, operatorManifest.url);
    removals.push(await installOperator(operatorNamespace, manifest));
  });

  it("accepts the program's resource, and knows all of its fields", async () => {
    const run = await runProgram(config, undefined, [kubernetesNode("a")]).finally(restorePath);
    const { metadata, ...resource } = run.the("PerconaServerMongoDB").inputs as Record<string, object>;
    const manifest = { ...resource, metadata: { ...metadata, namespace: operatorNamespace } };
    const args = ["create", "--dry-run=server", "--validate=strict", "--filename", "-"];
    const { code, stderr } = await runKubectl(args, { input: JSON.stringify(manifest) });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
  });

  it("creates a StatefulSet for the resource, whose first pod is admitted, scheduled and has its volume", async () => {
    const stack = await createTestStack(stackName);
    removals.push(() => stack.remove());
    for (const [key, value] of Object.entries(config)) await stack.set(key, value);
    deployed = stack.up(interruption.signal).then(
      ({ outputs }) => outputs,
      (error: unknown) => error as Error,
    );
    removals.push(async () => {
      interruption.abort();
      await deployed;
    });
    await until("the operator creates a StatefulSet", timeoutSeconds, async () => {
      const sets = await list(({ apps }) =>
        apps.listStatefulSetForAllNamespaces({ labelSelector: memberSelector }),
      );
      const [set] = sets.filter(({ metadata }) => metadata.namespace?.includes(stackName));
      namespace = set?.metadata.namespace ?? "";
      return set?.spec.replicas === members;
    });
    await until("the first member is scheduled", timeoutSeconds, async () => {
      const [first] = await pods(namespace, memberSelector);
      return first?.status.conditions?.some(isTrue("PodScheduled")) === true;
    });
    const claims = await list(({ core }) => core.listNamespacedPersistentVolumeClaim({ namespace }));
    expect(claims.map(({ status }) => status.phase)).to.include("Bound");
    const { metadata } = await readNamespace();
    expect(metadata.labels).to.include({ "pod-security.kubernetes.io/enforce": "restricted" });
  });

  it("creates only pods that meet the restricted standard without a warning", async () => {
    const [set] = await list(({ apps }) =>
      apps.listNamespacedStatefulSet({ namespace, labelSelector: memberSelector }),
    );
    const events = await list(({ core }) => core.listNamespacedEvent({ namespace }));
    expect(events.filter(({ reason }) => reason === "FailedCreate")).to.deep.equal([]);
    if (set === undefined) throw new Error("there is no StatefulSet");
    expect(await admission(set.spec)).to.deep.equal({ code: 0, stderr: "" });
  });

  it("starts the operator's init container in the pod", async () => {
    await until("the init container ends", timeoutSeconds, async () => {
      const [first] = await pods(namespace, memberSelector);
      return first?.status.initContainerStatuses?.[0]?.state?.terminated?.exitCode === 0;
    });
  });

  it("reports no error of the resource", async () => {
    const status = await kubectl(
      ...["get", "perconaservermongodb", "mongodb", "--namespace", namespace],
      ...["--output", "jsonpath={.status.state} {.status.message}"],
    );
    expect(status).to.match(/^(initializing|ready) ?$/);
  });

  it("becomes a replica set that stores documents", async function () {
    await needsImage(this, memberImage);
    const outputs = await deployed;
    if (outputs instanceof Error) throw outputs;
    const document = await addDocument(outputs.url, { of: "the operator" });
    expect(await documentsAt(outputs.url)).to.deep.equal([document]);
  });

  async function readNamespace() {
    const all = await list(({ core }) => core.listNamespace());
    const found = all.find(({ metadata }) => metadata.name === namespace);
    if (found === undefined) throw new Error(`there is no namespace ${namespace}`);
    return found;
  }

  /** Sends a pod of the StatefulSet to the API server in a dry run. */
  async function admission({ template: { metadata, spec }, volumeClaimTemplates = [] }: V1StatefulSetSpec) {
    const claims = volumeClaimTemplates.map(({ metadata: claim }) => ({
      name: claim?.name ?? "",
      persistentVolumeClaim: { claimName: claim?.name ?? "" },
    }));
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "dry-run", namespace, labels: metadata?.labels },
      spec: Object.assign({}, spec, { volumes: [...(spec?.volumes ?? []), ...claims] }),
    };
    const args = ["create", "--dry-run=server", "--filename", "-"];
    const { code, stderr } = await runKubectl(args, { input: JSON.stringify(pod) });
    return { code, stderr };
  }
});

function isTrue(wanted: string) {
  return ({ type, status }: { readonly type: string; readonly status: string }) =>
    type === wanted && status === "True";
}
