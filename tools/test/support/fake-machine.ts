import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goodProfile, type Profiles } from "../../../infra/test/support/fake-minikube.ts";
import { releases, type Releases } from "../../install/releases.ts";
import { readProject, type Project } from "../../pulumi/project-settings.ts";
import { proxyVariables } from "./download-server.ts";

const root = join(import.meta.dirname, "../../..");

/** The state of a fake machine. */
export interface Setup {
  /** Output of `minikube profile list`. @default a healthy profile */
  readonly profiles?: Profiles;
  /** Shell scripts that replace the default programs; undefined removes a program. */
  readonly programs?: Readonly<Record<string, string | undefined>>;
  /** Whether `pulumi whoami` reports a login. @default true */
  readonly login?: boolean;
  /** URL of the service, in the output of `pulumi stack output`. */
  readonly url?: string;
  /** Whether `pulumi stack output` has outputs. False after `down`. @default true */
  readonly deployed?: boolean;
  /** Keys to add to Pulumi.dev.yaml. @default none */
  readonly config?: Readonly<Record<string, string>>;
  /** Port that a new cluster publishes. Set it if this machine may run a cluster. @default 30080 */
  readonly nodePort?: number;
  /** Image of the Deployment in the cluster. @default the image that `up` deployed */
  readonly deployedImage?: string;
  /** Replicas of the Deployment in the cluster. @default 2 */
  readonly deployedReplicas?: number;
  /** Warning of the Pulumi program. */
  readonly warning?: string;
  /** Pending operations in the output of `pulumi stack export`. @default none */
  readonly pending?: readonly object[];
  /** UID of the cluster's kube-system namespace. @default uid-1 */
  readonly clusterId?: string;
  /** Output of `kubectl get ingressclasses`. @default the command fails */
  readonly ingressClasses?: string;
  /** Output of `kubectl get services`. @default the command fails */
  readonly services?: string;
  /** Output of `kubectl get nodes,daemonsets.apps`. @default the command fails */
  readonly machines?: string;
  /** Output of `minikube config get driver`. @default the command fails, because the key is not set */
  readonly driver?: string;
  /** Interval of metrics-server. @default 60s, as minikube's addon sets it */
  readonly metricResolution?: string;
}

/**
 * Script of a Pulumi with a login and the stack `dev`.
 * @param cases the shell's cases for the other commands
 */
export function pulumiWithStack(...cases: readonly string[]): string {
  return `case "$1 $2" in
    "version "*) echo v3.270.0 ;;
    "whoami "*) echo '{"user":"ada","url":"https://api.example.com"}' ;;
    "stack ls") echo '[{"name":"dev"}]' ;;
    "stack export") echo '{"deployment":null}' ;;
    ${cases.join("\n")}
  esac`;
}

/** A machine with only fake programs on PATH, and a copy of the project's configuration. */
export interface Machine {
  readonly project: Project;
  /** Path of the kubeconfig. The file does not exist at first. */
  readonly kubeconfig: string;
  /** Programs that can be installed. At first there are none for this platform. */
  releases: Releases;
  /** The script of a default program, for a test to publish. */
  script(name: "minikube" | "pulumi"): string;
  /** Resets PATH, so that it has no installed programs. */
  newShell(): void;
  /** Replaces the state of the machine. */
  set(setup: Setup): void;
  /** Commands that changed something since the last call, in order. */
  changes(): string[];
  /** Pulumi's environments at each change since the last call, in order. */
  environments(): string[];
  /** Returns the text of a file in the project. */
  read(file: string): string;
  /** Returns the input of `pulumi stack import`. */
  imported(): unknown;
  /** Restores PATH and the environment, and deletes the machine's files. */
  remove(): void;
}

const variables = [
  "PATH",
  "KUBECONFIG",
  "DOCKER_CONFIG",
  "MINIKUBE_DRIVER",
  "PULUMI_BACKEND_URL",
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  ...proxyVariables,
];

/** Creates a fake machine, and sets PATH and the environment to it. */
export function fakeMachine(setup: Setup = {}): Machine {
  const saved = variables.map((name) => [name, process.env[name]] as const);
  const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-machine-"));
  const paths = { bin: join(folder, "bin"), project: join(folder, "project"), state: join(folder, "state") };
  for (const path of Object.values(paths)) mkdirSync(path);
  for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"])
    copyFileSync(join(root, file), join(paths.project, file));
  for (const [key, value] of Object.entries(setup.config ?? {})) {
    appendFileSync(join(paths.project, "Pulumi.dev.yaml"), `  koa-mongo-stack:${key}: ${value}\n`);
  }
  for (const name of variables) Reflect.deleteProperty(process.env, name);
  process.env.PATH = paths.bin;
  const kubeconfig = join(folder, "kubeconfig");
  process.env.KUBECONFIG = kubeconfig;
  process.env.DOCKER_CONFIG = folder;

  const readAndClear = (name: string) => {
    const file = join(paths.state, name);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, "");
    return text.split("\n").filter((line) => line !== "");
  };
  const machine: Machine = {
    project: {
      ...readProject(paths.project),
      ...(setup.nodePort === undefined ? {} : { nodePort: setup.nodePort }),
    },
    kubeconfig,
    releases: {
      minikube: { ...releases.minikube, url: "", assets: {} },
      pulumi: { ...releases.pulumi, url: "", assets: {} },
    },
    script: (name) => executable(paths.state, usual(setup)[name]),
    newShell: () => void (process.env.PATH = paths.bin),
    set(changed) {
      write(paths, changed);
    },
    changes: () => readAndClear("changes"),
    environments: () => readAndClear("environments"),
    imported: () => JSON.parse(readFileSync(join(paths.state, "imported"), "utf8")) as unknown,
    read: (file) => readFileSync(join(paths.project, file), "utf8"),
    remove() {
      rmSync(folder, { recursive: true });
      for (const [name, value] of saved) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    },
  };
  machine.set(setup);
  readAndClear("changes");
  return machine;
}

function write({ bin, state }: { readonly bin: string; readonly state: string }, setup: Setup): void {
  const { profiles = [goodProfile], programs = {}, pending = [] } = setup;
  const list = (valid: Profiles) => JSON.stringify({ invalid: [], valid });
  writeFileSync(join(state, "profiles"), list(profiles));
  writeFileSync(join(state, "started"), list(profiles.length === 0 ? [goodProfile] : profiles.map(running)));
  writeFileSync(
    join(state, "exported"),
    JSON.stringify({ version: 3, deployment: { pending_operations: pending } }),
  );
  for (const log of ["changes", "environments"]) writeFileSync(join(state, log), "", { flag: "a" });
  rmSync(bin, { recursive: true });
  mkdirSync(bin);
  const scripts: Setup["programs"] & object = { ...usual(setup), ...programs };
  for (const [name, script] of Object.entries(scripts)) {
    if (script === undefined) continue;
    const file = join(bin, name);
    writeFileSync(file, executable(state, script));
    chmodSync(file, 0o755);
  }
}

/** Creates a script for a PATH without other programs: only commands of the shell itself exist. */
function executable(state: string, script: string): string {
  return `#!/bin/sh\nstate='${state}'\n${prelude}${script}\n`;
}

function running(profile: Profiles[number]): Profiles[number] {
  return { ...profile, Status: "OK" };
}

const prelude = `
change() { echo "$*" >>"$state/changes"; }
set_key() {
  text=
  while IFS= read -r line; do case "$line" in *" $1: "*) ;; *) text="$text$line
" ;; esac; done <Pulumi.dev.yaml
  echo "$text  $1: $2" >Pulumi.dev.yaml
}
print() { while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done <"$1"; }
`;

function usual({
  login = true,
  url = "",
  deployed = true,
  warning = "",
  clusterId = "uid-1",
  metricResolution = "60s",
  deployedImage = "koa-mongo-stack:1",
  deployedReplicas = 2,
  ingressClasses,
  services,
  machines,
  driver,
}: Setup) {
  const whoami = login
    ? `echo '{"user":"ada","url":"https://api.example.com"}'`
    : `echo 'error: PULUMI_ACCESS_TOKEN must be set for login' >&2; exit 3`;
  const outputs = { url, namespace: "koa-mongo-stack-dev-1234", image: "koa-mongo-stack:1", replicas: 2 };
  const say = (text: string | undefined) => (text === undefined ? "exit 1" : `printf '%s' '${text}'`);
  return {
    docker: `echo '{"Client":{"Version":"28.2.2"},"Server":{"Version":"28.2.1"}}'`,
    kubectl: `case "$*" in
      version*) echo '{"clientVersion":{"gitVersion":"v1.34.4"}}' ;;
      *" get deployment metrics-server "*)
        period=${metricResolution}; [ -f "$state/often" ] && period=15s
        echo "[\\"--secure-port=4443\\",\\"--metric-resolution=$period\\"]" ;;
      *" patch deployment metrics-server "*) change "kubectl $*"; : >"$state/often" ;;
      *" get deployment --namespace "*.spec.replicas*) printf '%s' '${deployedReplicas}' ;;
      *" get deployment --namespace "*) printf '%s' '${deployedImage}' ;;
      *" scale "*) change "kubectl $*" ;;
      *" rollout status "*) change "kubectl $*" ;;
      *" get ingressclasses "*) ${say(ingressClasses)} ;;
      *" get services "*) ${say(services)} ;;
      *" get nodes,daemonsets.apps "*) ${say(machines)} ;;
      *" delete "*) change "kubectl $*" ;;
      *kube-system*) printf '%s' '${clusterId}' ;;
      *) exit 64 ;;
    esac`,
    minikube: `case "$1 $2" in
      "version "*) echo '{"minikubeVersion":"v1.37.0"}' ;;
      "profile list") print "$state/profiles" ;;
      "start "*) change "minikube $*"; print "$state/started" >"$state/profiles" ;;
      "delete "*) change "minikube $*"; echo '{"valid":[]}' >"$state/profiles" ;;
      "addons "*) change "minikube $*" ;;
      "config get") ${say(driver)} ;;
      "kubectl "*) case "$*" in
        *" get deployment --namespace "*.spec.replicas*) printf '%s' '${deployedReplicas}' ;;
        *" get deployment --namespace "*) printf '%s' '${deployedImage}' ;;
        *" get services "*) ${say(services)} ;;
        *) printf '%s' '${clusterId}' ;;
      esac ;;
      *) echo "unexpected: minikube $*" >&2; exit 64 ;;
    esac`,
    pulumi: `changes() {
      change "pulumi $*"
      echo "$1 backend=\${PULUMI_BACKEND_URL-none} passphrase=\${PULUMI_CONFIG_PASSPHRASE-none}" \\
        "file=\${PULUMI_CONFIG_PASSPHRASE_FILE-none}" \\
        >>"$state/environments"
    }
    case "$1 $2" in
      "version "*) echo v3.270.0 ;;
      "whoami "*) ${whoami} ;;
      "stack ls") if [ -f "$state/stack" ]; then echo '[{"name":"dev"}]'; else echo '[]'; fi ;;
      "stack export") print "$state/exported" ;;
      "stack import") changes "$@"; while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done >"$state/imported" ;;
      "cancel "*) changes "$@" ;;
      "stack rm") changes "$@" ;;
      "stack select") changes "$@"; : >"$state/stack"; [ "\${PULUMI_CONFIG_PASSPHRASE_FILE-}" = "" ] ||
        echo 'encryptionsalt: v1:made' >>Pulumi.dev.yaml ;;
      "config set") change "pulumi $*"; set_key "koa-mongo-stack:$3" "$4" ;;
      "stack output") echo '${JSON.stringify(deployed ? outputs : {})}' ;;
      "up "*|"destroy "*) changes "$@"; [ "${warning}" = "" ] || echo "    warning: ${warning}"
        echo "Resources: 20 changed" ;;
      *) echo "unexpected: pulumi $*" >&2; exit 64 ;;
    esac`,
  };
}
