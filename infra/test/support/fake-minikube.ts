import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** What `minikube profile list` says of a cluster that is right. */
export const goodProfile = {
  Name: "minikube",
  Status: "OK",
  Config: {
    Driver: "docker",
    KubernetesConfig: { ContainerRuntime: "docker", CNI: "calico" },
    Nodes: [{ IP: "192.0.2.1" }],
    Addons: { "metrics-server": true },
    ExposedPorts: ["127.0.0.1:30080:30080"],
  },
};

/** What it says of one that builds no images itself: another runtime, and two nodes. */
export const loadingProfile = {
  ...goodProfile,
  Config: {
    ...goodProfile.Config,
    KubernetesConfig: { ContainerRuntime: "containerd", CNI: "calico" },
    Nodes: [
      { Name: "", IP: "192.0.2.1" },
      { Name: "m02", IP: "192.0.2.2" },
    ],
  },
};

/** What it says of one that was started with `--cni`, or without. */
export function withNetwork(CNI: string | undefined): Record<string, unknown> {
  const KubernetesConfig = { ContainerRuntime: "docker", ...(CNI === undefined ? {} : { CNI }) };
  return { ...goodProfile, Config: { ...goodProfile.Config, KubernetesConfig } };
}

/** What it says on a machine with one cluster, or none. */
export type Profiles = readonly (typeof goodProfile | Record<string, unknown>)[];

const path = process.env.PATH;
const dockerConfig = process.env.DOCKER_CONFIG;

const dockerEnv = "echo DOCKER_HOST=tcp://192.0.2.1:2376; echo DOCKER_CERT_PATH=/home/ada/.minikube/certs";

/** Puts a program first on PATH that answers as minikube with these profiles would, and a Docker. */
export function fakeMinikube(valid: Profiles = [goodProfile], sayDocker = dockerEnv): void {
  const list = (profiles: Profiles) => JSON.stringify({ invalid: [], valid: profiles });
  const unseen = valid.map((profile) => ({ ...profile, Status: "Skipped" }));
  installMinikube(`case "$*" in
    "profile list --light"*) cat <<'END'
${list(unseen)}
END
    ;;
    profile*) cat <<'END'
${list(valid)}
END
    ;;
    ssh*) ;;
    docker-env*) ${sayDocker} ;;
    *) echo "unexpected: minikube $*" >&2; exit 64 ;;
  esac`);
  install("docker", `[ "$1 $2" = "context inspect" ] && echo unix:///home/ada/docker.sock`);
  fakeKubectl({});
}

/** What `kubectl get nodes` says of one. */
export function kubernetesNode(
  name: string,
  cpu = "4",
  memory = "8Gi",
  architecture = "amd64",
): Record<string, unknown> {
  return {
    kind: "Node",
    metadata: { name },
    spec: {},
    status: {
      addresses: [{ type: "InternalIP", address: "192.0.2.9" }],
      allocatable: { cpu, memory },
      nodeInfo: { operatingSystem: "linux", architecture, kubeletVersion: "v1.34.0" },
    },
  };
}

/** What `kubectl get daemonsets` says of one. */
export function daemonSet(name: string, container: Record<string, unknown> = {}): Record<string, unknown> {
  const containers = [{ name, ...container }];
  return { kind: "DaemonSet", metadata: { name }, spec: { template: { spec: { containers } } } };
}

/** What `kubectl get ingressclasses` says of one. */
export function ingressClass(name: string, isDefault = false): Record<string, unknown> {
  const annotations = { "ingressclass.kubernetes.io/is-default-class": String(isDefault) };
  return { kind: "IngressClass", metadata: { name, annotations } };
}

/** What `kubectl get apiservices v1beta1.metrics.k8s.io` says. */
export function metricsApi(isAvailable = true): Record<string, unknown> {
  return { status: { conditions: [{ type: "Available", status: isAvailable ? "True" : "False" }] } };
}

/** What kubectl is asked for. It may not say what is left out. */
export interface KubectlAnswers {
  readonly nodes?: readonly Record<string, unknown>[] | undefined;
  /** Those that it says beside the nodes. @default Calico's */
  readonly daemonSets?: readonly Record<string, unknown>[] | undefined;
  /** What it says of IngressClasses. */
  readonly ingressClasses?: readonly Record<string, unknown>[] | undefined;
  /** What it says of the metrics API; null for one that is not there. @default it is available */
  readonly metrics?: Record<string, unknown> | null | undefined;
  /** The UID of kube-system. */
  readonly uid?: string;
  /** Namespaces, volumes, Services and Ingresses of all namespaces. */
  readonly objects?: readonly Record<string, unknown>[] | undefined;
}

/** Puts a kubectl beside the fake minikube. */
export function fakeKubectl(answers: KubectlAnswers): void {
  const { nodes, daemonSets = [daemonSet("calico-node")], uid, objects } = answers;
  const { ingressClasses, metrics = metricsApi() } = answers;
  const say = (text: string | undefined) => (text === undefined ? "exit 1" : `printf '%s' '${text}'`);
  install(
    "kubectl",
    `case "$*" in
    *"get nodes,daemonsets.apps "*) ${say(nodes && JSON.stringify({ items: [...nodes, ...daemonSets] }))} ;;
    *"get ingressclasses "*) ${say(ingressClasses && JSON.stringify({ items: ingressClasses }))} ;;
    *"get apiservices "*) ${say(metrics === null ? "" : JSON.stringify(metrics))} ;;
    *"get namespace kube-system"*) ${say(uid)} ;;
    *"get namespaces,"*) ${say(objects && JSON.stringify({ items: objects }))} ;;
    *) echo "unexpected: kubectl $*" >&2; exit 64 ;;
  esac`,
  );
}

/** Puts a shell script named minikube first on PATH, or leaves a PATH with nothing at all. */
export function installMinikube(script: string | undefined): void {
  restorePath();
  const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-path-"));
  // It has no config.json: that of the developer may name proxies, or a credential helper that is not on PATH.
  process.env.DOCKER_CONFIG = folder;
  process.env.PATH = script === undefined ? folder : folder + delimiter + (path ?? "");
  if (script !== undefined) install("minikube", script);
}

/** Takes one away again, and with it the rest of PATH, where there may be a real one. */
export function uninstall(name: string): void {
  const [folder = ""] = (process.env.PATH ?? "").split(delimiter);
  rmSync(join(folder, name));
  // The fake minikube needs it.
  install("cat", String.raw`while IFS= read -r line; do printf '%s\n' "$line"; done`);
  process.env.PATH = folder;
}

/** Adds a shell script beside the fake minikube. */
export function install(name: string, script: string): void {
  const [folder = ""] = (process.env.PATH ?? "").split(delimiter);
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Takes the fake away again. */
export function restorePath(): void {
  const [folder] = (process.env.PATH ?? "").split(delimiter);
  if (process.env.PATH !== path && folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.env.PATH = path;
  if (dockerConfig === undefined) delete process.env.DOCKER_CONFIG;
  else process.env.DOCKER_CONFIG = dockerConfig;
}
