import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { uidQuery } from "../../infra/cluster/cluster-uid.ts";
import { findProfile, isRunning } from "../../infra/cluster/minikube-profile.ts";
import { askKubectl } from "../kubernetes/kubectl.ts";
import { ownFolder, type Project } from "../pulumi/project-settings.ts";
import { UserError } from "../process/user-error.ts";

/** The cluster that `up` made: `id` is null until it ran. */
interface Made {
  readonly profile: string;
  /** Its identity: what {@link uidQuery} asks for. */
  readonly id: string | null;
}

/** Remembers, before it starts, that this cluster is to be made: what is cut off halfway is `up`'s, too. */
export function rememberStart(project: Project): void {
  write(project, { profile: project.minikubeProfile, id: null });
}

/** Remembers which cluster came of it. */
export async function rememberCluster(project: Project): Promise<void> {
  const made = read(project);
  if (made?.profile !== project.minikubeProfile || made.id !== null) return;
  write(project, { ...made, id: await clusterId(made.profile) });
}

/** Forgets it. */
export function forgetCluster(project: Project): void {
  rmSync(file(project), { force: true });
}

/**
 * Gives the profile that may be deleted, or undefined where `up` made none or it is gone already.
 * @throws {UserError} there is one of that name, and it is not, or may not be, the one that `up` made
 */
export async function madeCluster(project: Project): Promise<string | undefined> {
  const made = read(project);
  if (made === undefined) return undefined;
  const { profile, id } = made;
  const found = await findProfile(profile);
  if (found === undefined) return undefined;
  const isHalfMade = id === null && !isRunning(found);
  if (isHalfMade || (id !== null && (await clusterId(profile)) === id)) return profile;
  throw new UserError(
    `The minikube cluster "${profile}" is not known to be the one that \`npm run up\` made. ` +
      `If it may go, run: minikube delete -p ${profile}`,
  );
}

/** Whether the cluster that runs is the one that `up` made. */
export async function isMade(project: Project): Promise<boolean> {
  const made = read(project);
  if (made?.profile !== project.minikubeProfile || made.id === null) return false;
  return (await clusterId(made.profile)) === made.id;
}

/** null where the cluster does not say. */
async function clusterId(profile: string): Promise<string | null> {
  const answer = await askKubectl(profile, uidQuery);
  return answer.kind === "ok" && answer.stdout !== "" ? answer.stdout : null;
}

function file(project: Project): string {
  return join(ownFolder(project), "made-cluster");
}

function read(project: Project): Made | undefined {
  return existsSync(file(project)) ? (JSON.parse(readFileSync(file(project), "utf8")) as Made) : undefined;
}

function write(project: Project, made: Made): void {
  mkdirSync(ownFolder(project), { recursive: true });
  writeFileSync(file(project), JSON.stringify(made));
}
