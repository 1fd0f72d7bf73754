import { tryKubectl, kubectl } from "../kubernetes/kubectl.ts";
import { tryRun, runOrThrow, runWithProgress } from "../process/child-process.ts";
import { UserError } from "../process/user-error.ts";
import { stackName } from "./project-settings.ts";
import type { Stack } from "./pulumi-stack.ts";

/** The parts of `pulumi stack export` that this file uses. */
interface Export {
  readonly deployment?: Deployment | null;
}

interface Deployment {
  readonly pending_operations?: readonly Operation[] | null;
}

/** An operation that was pending when the update was killed. */
interface Operation {
  readonly type: string;
  readonly resource: {
    readonly type: string;
    readonly inputs?: {
      /** Name and namespace of a Helm release. */
      readonly name?: string;
      readonly namespace?: string;
      readonly apiVersion?: string;
      readonly kind?: string;
      readonly metadata?: { readonly name?: string; readonly namespace?: string };
    };
  };
}

/** Name of an object in the cluster. */
interface KubernetesName {
  /** In kubectl's form, such as "StatefulSet.v1.apps". */
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Limit of deleting an object and its pods, in milliseconds. MongoDB may take a minute to stop. */
const deletionTimeoutMs = 180_000;

/**
 * Cleans up after a killed update. Pulumi records each creation that it begins, but forgets the record in the next
 * update. That update would create a second object. So this function deletes the objects, then the records. No object
 * has documents: MongoDB's directory is no Kubernetes object, and a claim is empty while it is being created.
 * @throws {UserError} the error of Pulumi or kubectl
 */
export async function cleanUpInterrupted(stack: Stack, say: (line: string) => void): Promise<void> {
  const profile = stack.project.minikubeProfile;
  const select = ["--stack", stackName, "--non-interactive"];
  const text = await runOrThrow("pulumi", ["stack", "export", ...select], {
    ...stack.run,
    timeoutMs: 60_000,
  });
  const state = JSON.parse(text) as Export;
  const operations = state.deployment?.pending_operations ?? [];
  if (operations.length === 0) return;
  for (const { resource } of operations) await requireNoRelease(profile, resource);
  const createdObjects = operations.flatMap(createdObject);
  const clean: Export = { ...state, deployment: { ...state.deployment, pending_operations: [] } };
  const clearRecords = () =>
    runWithProgress(
      "pulumi",
      ["stack", "import", ...select],
      { ...stack.run, input: JSON.stringify(clean) },
      say,
    );
  const deleteObjects = async () => {
    for (const object of createdObjects) await remove(profile, object, say);
  };
  // In the project's own backend, the lock was already checked. In any other backend, only the import finds out
  // whether the update is still running. If this process is killed in between, the objects remain.
  const steps =
    stack.backend.kind === "project" ? [deleteObjects, clearRecords] : [clearRecords, deleteObjects];
  for (const step of steps) await step();
}

/**
 * Helm installs a release in many steps, and only Helm can undo them.
 * @throws {UserError} the command that removes the release
 */
async function requireNoRelease(profile: string, { type, inputs }: Operation["resource"]): Promise<void> {
  if (type !== "kubernetes:helm.sh/v3:Release" || inputs?.name === undefined) return;
  const { name, namespace = "default" } = inputs;
  const secrets = ["get", "secrets", "--namespace", namespace, "--selector", `owner=helm,name=${name}`];
  const answer = await tryKubectl(profile, [...secrets, "--output", "name"]);
  if (answer.kind !== "ok" || answer.stdout.trim() === "") return;
  throw new UserError(
    `Helm was installing ${name} when an update was killed. ` +
      `Run: helm uninstall ${name} --namespace ${namespace}, and then this command again.`,
  );
}

function createdObject({ type, resource }: Operation): KubernetesName[] {
  if (type !== "creating" || !resource.type.startsWith("kubernetes:")) return [];
  const { apiVersion, kind, metadata } = resource.inputs ?? {};
  if (apiVersion === undefined || kind === undefined || metadata?.name === undefined) return [];
  const [version = "", group] = apiVersion.split("/").reverse();
  return [
    {
      kind: group === undefined ? kind : `${kind}.${version}.${group}`,
      name: metadata.name,
      namespace: metadata.namespace,
    },
  ];
}

async function remove(
  profile: string,
  { kind, name, namespace }: KubernetesName,
  say: (line: string) => void,
): Promise<void> {
  say(`deleting ${kind} ${name}, which a killed update was creating`);
  const { program, args } = kubectl(profile, [
    "delete",
    kind,
    name,
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
    "--ignore-not-found",
    "--cascade=foreground",
    `--timeout=${deletionTimeoutMs / 1000}s`,
  ]);
  const answer = await tryRun(program, args, { timeoutMs: deletionTimeoutMs + 10_000 });
  if (answer.kind === "ok") return;
  const why = answer.kind === "absent" ? `${program} is not on PATH` : answer.message;
  // If the cluster was created again, the kind may not exist any more.
  if (!why.includes("doesn't have a resource type"))
    throw new UserError(`${program} ${args.join(" ")}: ${why}`);
}
