import { missingCredentialHelper } from "../../infra/cluster/docker-credentials.ts";
import { assetOf, type Release } from "../install/releases.ts";
import { tryRun } from "../process/child-process.ts";
import { isAtLeast, type Finding } from "./check.ts";

/** Docker's client, and whether the client reaches a daemon. */
export async function docker(): Promise<Finding> {
  const answer = await tryRun("docker", ["version", "--format", "{{json .}}"]);
  if (answer.kind === "absent") {
    return {
      state: "missing",
      found: "not on PATH",
      fix: "Install Docker: https://docs.docker.com/get-docker/",
    };
  }
  const { Client, Server } = parseDocker(answer.stdout);
  if (Client !== undefined && Server?.Version !== undefined) {
    return { state: "ok", found: `client ${Client.Version}, daemon ${Server.Version}` };
  }
  const why = answer.kind === "failed" ? answer.message : "";
  const found = Client === undefined ? "no daemon" : `client ${Client.Version}, no daemon`;
  return /permission denied/i.test(why)
    ? {
        state: "missing",
        found,
        fix: "Add yourself to the group docker: sudo usermod -aG docker $USER, then log in again.",
      }
    : { state: "missing", found, fix: "Start Docker Desktop, or run: sudo systemctl start docker" };
}

/** Whether Docker's credential helpers are on PATH. */
export function dockerCredentials(): Finding {
  const fix = missingCredentialHelper();
  return fix === undefined
    ? { state: "ok", found: "readable" }
    : { state: "missing", found: "a credential helper is not on PATH", fix };
}

interface DockerVersions {
  readonly Client?: { readonly Version: string };
  readonly Server?: { readonly Version?: string } | null;
}

/** Without a daemon, the client prints only its own version, or nothing. */
function parseDocker(stdout: string): DockerVersions {
  return stdout.trim().startsWith("{") ? (JSON.parse(stdout) as DockerVersions) : {};
}

/** Advice if minikube must be installed by hand. */
export function installMinikube({ docs }: Release): string {
  return `Install minikube: ${docs}`;
}

/**
 * minikube's version.
 * @param release the version that `up` installs if minikube is missing
 */
export async function minikube(release: Release): Promise<Finding> {
  const answer = await tryRun("minikube", ["version", "--output", "json"]);
  if (answer.kind === "absent") return lacking("not on PATH", release, installMinikube(release));
  if (answer.kind === "failed") return broken(answer.message, "minikube version");
  const { minikubeVersion } = JSON.parse(answer.stdout) as { minikubeVersion: string };
  return { state: "ok", found: minikubeVersion };
}

/**
 * kubectl's version. The project doesn't need kubectl, but users do.
 * @param shellCommand the command that replaces kubectl
 */
export async function kubectl(shellCommand: string): Promise<Finding> {
  const answer = await tryRun("kubectl", ["version", "--client", "--output", "json"]);
  const instead = `kubectl is optional. Instead, run: ${shellCommand} get pods -A`;
  if (answer.kind === "absent") return { state: "warn", found: "not on PATH", fix: instead };
  if (answer.kind === "failed") return { state: "warn", found: answer.message, fix: instead };
  const { clientVersion } = JSON.parse(answer.stdout) as { clientVersion: { gitVersion: string } };
  return { state: "ok", found: clientVersion.gitVersion };
}

/** Advice if Pulumi must be installed by hand. */
export function installPulumi(minVersion: string, { docs }: Release): string {
  return `Install Pulumi ${minVersion} or newer: ${docs}`;
}

/**
 * Pulumi's version.
 * @param minVersion the oldest version that Pulumi.yaml accepts
 * @param release the version that `up` installs if Pulumi is missing or too old
 */
export async function pulumi(minVersion: string, release: Release): Promise<Finding> {
  const answer = await tryRun("pulumi", ["version"], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
  if (answer.kind === "absent") return lacking("not on PATH", release, installPulumi(minVersion, release));
  if (answer.kind === "failed") return broken(answer.message, "pulumi version");
  const found = answer.stdout.trim();
  return isAtLeast(found, minVersion)
    ? { state: "ok", found }
    : lacking(found, release, installPulumi(minVersion, release));
}

/** A missing program is only a warning if `up` can install it. */
function lacking(found: string, release: Release, install: string): Finding {
  if (assetOf(release) === undefined) return { state: "missing", found, fix: install };
  const fix = `\`npm run up\` installs ${release.version} into .pulumi/bin; by hand: ${release.docs}`;
  return { state: "warn", found, fix, isInstallable: true };
}

function broken(message: string, command: string): Finding {
  return { state: "missing", found: message, fix: `To see the whole error, run: ${command}` };
}
