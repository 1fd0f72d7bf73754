import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A valid cluster in the form of `minikube profile list`. */
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

/** A cluster whose nodes can't build images: another runtime, and two nodes. */
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

/** A cluster that was started with this value of `--cni`, or without the option. */
export function withNetwork(CNI: string | undefined): Record<string, unknown> {
  const KubernetesConfig = { ContainerRuntime: "docker", ...(CNI === undefined ? {} : { CNI }) };
  return { ...goodProfile, Config: { ...goodProfile.Config, KubernetesConfig } };
}

/** The clusters of a machine. */
export type Profiles = readonly (typeof goodProfile | Record<string, unknown>)[];

const path = process.env.PATH;
const dockerConfig = process.env.DOCKER_CONFIG;

const dockerEnv = "echo DOCKER_HOST=tcp://192.0.2.1:2376; echo DOCKER_CERT_PATH=/home/ada/.minikube/certs";

/** Puts a fake minikube with these profiles first on PATH, and a fake Docker. */
export function fakeMinikube(valid: Profiles = [goodProfile], dockerEnvScript = dockerEnv): void {
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
    docker-env*) ${dockerEnvScript} ;;
    *) echo "unexpected: minikube $*" >&2; exit 64 ;;
  esac`);
  install("docker", `[ "$1 $2" = "context inspect" ] && echo unix:///home/ada/docker.sock`);
  fakeKubectl({});
}

/** A node in the form of `kubectl get nodes`. */
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

/** A DaemonSet in the form of `kubectl get daemonsets`. */
export function daemonSet(name: string, container: Record<string, unknown> = {}): Record<string, unknown> {
  const containers = [{ name, ...container }];
  return { kind: "DaemonSet", metadata: { name }, spec: { template: { spec: { containers } } } };
}

/** An IngressClass in the form of `kubectl get ingressclasses`. */
export function ingressClass(name: string, isDefault = false): Record<string, unknown> {
  const annotations = { "ingressclass.kubernetes.io/is-default-class": String(isDefault) };
  return { kind: "IngressClass", metadata: { name, annotations } };
}

/** The output of `kubectl get apiservices v1beta1.metrics.k8s.io`. */
export function metricsApi(isAvailable = true): Record<string, unknown> {
  return { status: { conditions: [{ type: "Available", status: isAvailable ? "True" : "False" }] } };
}

/** Answers of the fake kubectl, which fails if an answer is missing. */
export interface KubectlAnswers {
  readonly nodes?: readonly Record<string, unknown>[] | undefined;
  /** DaemonSets that kubectl lists with the nodes. @default Calico's */
  readonly daemonSets?: readonly Record<string, unknown>[] | undefined;
  /** IngressClasses that kubectl lists. */
  readonly ingressClasses?: readonly Record<string, unknown>[] | undefined;
  /** Status of the metrics API; null if the API does not exist. @default available */
  readonly metrics?: Record<string, unknown> | null | undefined;
  /** UID of the namespace kube-system. */
  readonly uid?: string;
  /** Namespaces, volumes, Services and Ingresses of all namespaces. */
  readonly objects?: readonly Record<string, unknown>[] | undefined;
}

/** Installs a fake kubectl next to the fake minikube. */
export function fakeKubectl(answers: KubectlAnswers): void {
  const { nodes, daemonSets = [daemonSet("calico-node")], uid, objects } = answers;
  const { ingressClasses, metrics = metricsApi() } = answers;
  const print = (text: string | undefined) => (text === undefined ? "exit 1" : `printf '%s' '${text}'`);
  install(
    "kubectl",
    `case "$*" in
    *"get nodes,daemonsets.apps "*) ${print(nodes && JSON.stringify({ items: [...nodes, ...daemonSets] }))} ;;
    *"get ingressclasses "*) ${print(ingressClasses && JSON.stringify({ items: ingressClasses }))} ;;
    *"get apiservices "*) ${print(metrics === null ? "" : JSON.stringify(metrics))} ;;
    *"get namespace kube-system"*) ${print(uid)} ;;
    *"get namespaces,"*) ${print(objects && JSON.stringify({ items: objects }))} ;;
    *) echo "unexpected: kubectl $*" >&2; exit 64 ;;
  esac`,
  );
}

/** Puts a shell script named minikube first on PATH. Without a script, PATH is one empty folder. */
export function installMinikube(script: string | undefined): void {
  restorePath();
  const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-path-"));
  // The folder has no config.json. The developer's may have proxies, or a credential helper that is not on PATH.
  process.env.DOCKER_CONFIG = folder;
  process.env.PATH = script === undefined ? folder : folder + delimiter + (path ?? "");
  if (script !== undefined) install("minikube", script);
}

/** Removes a fake program. Also removes the rest of PATH, which may contain the real program. */
export function uninstall(name: string): void {
  const [folder = ""] = (process.env.PATH ?? "").split(delimiter);
  rmSync(join(folder, name));
  // The fake minikube needs cat.
  install("cat", String.raw`while IFS= read -r line; do printf '%s\n' "$line"; done`);
  process.env.PATH = folder;
}

/** Installs a shell script next to the fake minikube. */
export function install(name: string, script: string): void {
  const [folder = ""] = (process.env.PATH ?? "").split(delimiter);
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Removes the fake programs, and restores PATH and DOCKER_CONFIG. */
export function restorePath(): void {
  const [folder] = (process.env.PATH ?? "").split(delimiter);
  if (process.env.PATH !== path && folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.env.PATH = path;
  if (dockerConfig === undefined) delete process.env.DOCKER_CONFIG;
  else process.env.DOCKER_CONFIG = dockerConfig;
}
