import { kubectl } from "../../support/cluster-kubectl.ts";
import {
  install,
  namespaceObject,
  removeUnless,
  type KubernetesObject,
  type Remove,
} from "./installed-objects.ts";

/** Traefik's official image. */
export const traefikImage = "traefik:v3.7.13";

/**
 * Seconds after which Traefik closes an idle connection to a pod, by default.
 * https://doc.traefik.io/traefik/reference/routing-configuration/http/load-balancing/serverstransport/
 */
export const traefikIdleSeconds = 90;

/** Traefik in a namespace of its own, at node ports of the Kubernetes' choice. */
export interface Traefik {
  readonly remove: Remove;
  /** Name of its IngressClass. It serves no other one. */
  readonly className: string;
}

/**
 * Installs Traefik with its default limits, and waits until it is ready.
 * @param name name of the namespace, the IngressClass and all other objects
 */
export async function installTraefik(name: string): Promise<Traefik> {
  const remove = await install(...access(name), ...workload(name));
  await removeUnless(remove, () => untilReady(name));
  return { remove, className: name };
}

async function untilReady(namespace: string): Promise<void> {
  try {
    await kubectl("rollout", "status", "deployment/traefik", "--namespace", namespace, "--timeout=180s");
  } catch (error) {
    const pods = await kubectl("get", "pods,events", "--namespace", namespace).catch(String);
    throw new Error(`Traefik is not ready:\n${pods}`, { cause: error });
  }
}

/** Traefik's log lines about requests that failed or took a second or longer. */
export async function slowRequests({ className }: Traefik): Promise<string> {
  const log = await kubectl("logs", "deployment/traefik", "--namespace", className, "--tail=-1");
  return log
    .split("\n")
    .filter((line) => line.includes("HTTP/"))
    .join("\n");
}

/** Traefik's rights to read, as in its documentation. */
function access(name: string): KubernetesObject[] {
  const metadata = { name };
  const reads = ["get", "list", "watch"];
  return [
    namespaceObject(name),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "traefik", namespace: name } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata,
      rules: [
        { apiGroups: [""], resources: ["services", "secrets", "nodes"], verbs: reads },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: reads },
        { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "ingressclasses"], verbs: reads },
        { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["update"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name: "traefik", namespace: name }],
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata,
      spec: { controller: "traefik.io/ingress-controller" },
    },
  ];
}

function workload(name: string): KubernetesObject[] {
  const metadata = { name: "traefik", namespace: name };
  const labels = { "app.kubernetes.io/name": "traefik" };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { serviceAccountName: "traefik", containers: [container(name)] },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "NodePort",
        // Without this policy, every node except the pod's own hides the client's address.
        externalTrafficPolicy: "Local",
        selector: labels,
        ports: [
          { name: "web", port: 80, targetPort: "web" },
          { name: "websecure", port: 443, targetPort: "websecure" },
        ],
      },
    },
  ];
}

function container(className: string): object {
  return {
    name: "traefik",
    image: traefikImage,
    imagePullPolicy: "IfNotPresent",
    args: [
      "--entryPoints.web.address=:8000",
      "--entryPoints.websecure.address=:8443",
      "--entryPoints.websecure.http.tls=true",
      "--entryPoints.traefik.address=:8080",
      "--ping=true",
      "--providers.kubernetesIngress=true",
      `--providers.kubernetesIngress.ingressClass=${className}`,
      "--global.checkNewVersion=false",
      "--global.sendAnonymousUsage=false",
      "--log.level=INFO",
      "--accesslog=true",
      "--accesslog.filters.minduration=1s",
      "--accesslog.filters.statuscodes=499-599",
    ],
    ports: [
      { name: "web", containerPort: 8000 },
      { name: "websecure", containerPort: 8443 },
      { name: "traefik", containerPort: 8080 },
    ],
    readinessProbe: { httpGet: { path: "/ping", port: "traefik" }, periodSeconds: 2 },
    resources: { requests: { memory: "64Mi" } },
  };
}
