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

/** What it says on a machine with one cluster, or none. */
export type Profiles = readonly (typeof goodProfile | Record<string, unknown>)[];

const path = process.env.PATH;

/** Puts a program first on PATH that answers as minikube with these profiles would. */
export function fakeMinikube(valid: Profiles = [goodProfile]): void {
  const list = JSON.stringify({ invalid: [], valid });
  installMinikube(`case "$1" in
    profile) cat <<'END'
${list}
END
    ;;
    docker-env) echo DOCKER_HOST=tcp://192.0.2.1:2376; echo DOCKER_CERT_PATH=/home/ada/.minikube/certs ;;
    *) echo "unexpected: minikube $*" >&2; exit 64 ;;
  esac`);
}

/** Puts a shell script named minikube on a PATH without any other. */
export function installMinikube(script: string | undefined): void {
  restorePath();
  const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-path-"));
  if (script === undefined) {
    process.env.PATH = folder;
    return;
  }
  const file = join(folder, "minikube");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  process.env.PATH = folder + delimiter + (path ?? "");
}

/** Takes the fake away again. */
export function restorePath(): void {
  const [folder] = (process.env.PATH ?? "").split(delimiter);
  if (process.env.PATH !== path && folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.env.PATH = path;
}
