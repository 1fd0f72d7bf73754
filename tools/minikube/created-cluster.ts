import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { uidQuery } from "../../infra/cluster/cluster-uid.ts";
import { findProfile, isRunning, type Profile } from "../../infra/cluster/minikube/minikube-profile.ts";
import { tryKubectl } from "../kubernetes/kubectl.ts";
import { ownFolder, type Project } from "../pulumi/project-settings.ts";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/** The cluster that `up` created. `id` is null until the cluster has run. */
interface CreatedCluster {
  readonly profile: string;
  /** Identity of the cluster, from {@link uidQuery}. */
  readonly id: string | null;
}

/** Records, before minikube starts, that `up` creates this cluster. A half-created cluster belongs to `up`, too. */
export function rememberStart(project: Project): void {
  write(project, { profile: project.minikubeProfile, id: null });
}

/**
 * Records the identity of the cluster that `up` created. Without an identity, the next `up` would see a half-created
 * cluster, and delete it with everything deployed.
 * @throws {UserError} the cluster does not return its identity
 */
export async function rememberCluster(project: Project): Promise<void> {
  const created = read(project);
  if (created?.profile !== project.minikubeProfile || created.id !== null) return;
  const id = await clusterId(created.profile);
  if (id === null) {
    throw new UserError(
      `The minikube cluster "${created.profile}" was created and does not answer yet. Run: npm run up`,
    );
  }
  write(project, { ...created, id });
}

/** Whether `up` is creating this cluster, and has not yet seen it ready. */
export function isBeingCreated(project: Project): boolean {
  const created = read(project);
  return created?.profile === project.minikubeProfile && created.id === null;
}

/** Deletes the record of the cluster that `up` created. */
export function forgetCluster(project: Project): void {
  rmSync(file(project), { force: true });
}

/**
 * Finds the profile that may be deleted. Undefined if `up` created no cluster, or if its cluster is gone.
 * @throws {UserError} a cluster of this name exists, but may not be the one that `up` created
 */
export async function createdCluster(project: Project): Promise<string | undefined> {
  const created = read(project);
  if (created === undefined) return undefined;
  const { profile, id } = created;
  const found = await findProfile(profile);
  if (found === undefined) return undefined;
  if (isHalfCreated(project, found) || (id !== null && (await clusterId(profile)) === id)) return profile;
  throw new UserError(
    `\`npm run up\` may not have created the minikube cluster "${profile}". ` +
      `To delete this cluster, run: minikube delete -p ${profile}`,
  );
}

/** Whether an earlier `up` started to create this cluster, and the cluster has never run. */
export function isHalfCreated(project: Project, found: Profile): boolean {
  return isBeingCreated(project) && !isRunning(found);
}

/** Whether the running cluster is the one that `up` created. */
export async function isCreatedByUp(project: Project): Promise<boolean> {
  const created = read(project);
  if (created?.profile !== project.minikubeProfile || created.id === null) return false;
  return (await clusterId(created.profile)) === created.id;
}

/** null if the cluster does not answer. */
async function clusterId(profile: string): Promise<string | null> {
  const answer = await tryKubectl(profile, uidQuery);
  return answer.kind === "ok" && answer.stdout !== "" ? answer.stdout : null;
}

function file(project: Project): string {
  // The file name of the first release, so that its clusters are still found.
  return join(ownFolder(project), "made-cluster");
}

function read(project: Project): CreatedCluster | undefined {
  return existsSync(file(project))
    ? (JSON.parse(readFileSync(file(project), "utf8")) as CreatedCluster)
    : undefined;
}

function write(project: Project, created: CreatedCluster): void {
  explainSystemErrors(`write ${file(project)}`, () => {
    mkdirSync(ownFolder(project), { recursive: true });
    writeFileSync(file(project), JSON.stringify(created));
  });
}
