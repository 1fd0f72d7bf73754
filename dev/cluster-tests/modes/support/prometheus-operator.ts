import { kubectl } from "../../support/cluster-kubectl.ts";
import {
  install,
  namespaceObject,
  readManifest,
  removeUnless,
  type KubernetesObject,
  type Remove,
} from "./installed-objects.ts";
import { discoveryRights, prometheusAt, prometheusImage, type Prometheus } from "./prometheus-api.ts";
import { needsImage, needsManifest, skipWithout } from "./prerequisites.ts";

const version = "v0.85.0";
const publisher = "https://github.com/prometheus-operator/prometheus-operator/releases/download";
const images = [
  `quay.io/prometheus-operator/prometheus-operator:${version}`,
  `quay.io/prometheus-operator/prometheus-config-reloader:${version}`,
  prometheusImage,
];
const namespace = "koa-mongo-stack-modes-prometheus-operator";
const crd = "prometheuses.monitoring.coreos.com";
/** Label of everything that these tests install, so that they never delete another user's operator. */
const label = { "app.kubernetes.io/managed-by": "koa-mongo-stack-modes" };

/** Skips the suite unless this machine can run the operator. Returns the path of the operator's manifest. */
export async function needsOperator(test: Mocha.Context): Promise<string> {
  const jsonpath = "jsonpath=metadata {.metadata.labels}";
  const existing = await kubectl("get", "crd", crd, "--ignore-not-found", `--output=${jsonpath}`);
  const isOurs = existing.includes(label["app.kubernetes.io/managed-by"]);
  if (existing !== "" && !isOurs) skipWithout(test, "minikube without a Prometheus operator of its own");
  for (const image of images) await needsImage(test, image);
  const url = `${publisher}/${version}/bundle.yaml`;
  return await needsManifest(test, "prometheus-operator-bundle.yaml", url);
}

/** Installs the operator in a namespace of its own. */
export async function installOperator(bundle: string): Promise<Remove> {
  const objects = (await readManifest(bundle)).map(operatorObject);
  const remove = await install(namespaceObject(namespace), ...objects);
  await removeUnless(remove, async () => {
    await kubectl("wait", "crd", crd, "--for=condition=Established", "--timeout=60s");
    await kubectl("rollout", "status", "deployment", "-n", namespace, "--timeout=180s");
  });
  return remove;
}

/** The publisher's objects are for the namespace default, and the operator would leave a Service in kube-system. */
function operatorObject(object: KubernetesObject): KubernetesObject {
  const changed = (key: string, value: unknown): unknown => {
    if (key === "namespace" && value === "default") return namespace;
    // Definitions of resources have properties of this name, too.
    if (key === "args" && Array.isArray(value))
      return value.filter((arg) => !String(arg).startsWith("--kubelet-"));
    return value;
  };
  const { metadata, ...rest } = JSON.parse(JSON.stringify(object), changed) as KubernetesObject;
  return { ...rest, metadata: { ...metadata, labels: { ...metadata.labels, ...label } } };
}

/**
 * Has the operator create a Prometheus, and waits until it answers. Like in Helm's chart kube-prometheus-stack, the
 * Prometheus selects by these labels in every namespace.
 */
export async function installPrometheus(
  own: string,
  matchLabels: Readonly<Record<string, string>>,
): Promise<{ prometheus: Prometheus; remove: Remove }> {
  const remove = await install(namespaceObject(own), ...discoveryRights(own, own), {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "Prometheus",
    metadata: { name: "modes", namespace: own },
    spec: {
      image: prometheusImage,
      imagePullPolicy: "IfNotPresent",
      replicas: 1,
      serviceAccountName: "prometheus",
      serviceMonitorSelector: { matchLabels },
      serviceMonitorNamespaceSelector: {},
      ruleSelector: { matchLabels },
      ruleNamespaceSelector: {},
    },
  });
  const available = ["--for=condition=Available", "--timeout=240s"];
  await removeUnless(remove, () => kubectl("wait", "prometheus", "modes", "-n", own, ...available));
  return { prometheus: prometheusAt(own, "prometheus-operated"), remove };
}
