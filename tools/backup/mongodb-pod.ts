import { findProfile, isRunning } from "../../infra/cluster/minikube/minikube-profile.ts";
import { installMissing } from "../install/missing-programs.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import { askKubectl } from "../kubernetes/kubectl.ts";
import { stackName, type Project } from "../pulumi/project-settings.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";
import { findStack, outputs } from "../pulumi/pulumi-stack.ts";

/** The stack's MongoDB, as it runs. */
export interface Mongodb {
  /** The minikube cluster. */
  readonly profile: string;
  readonly namespace: string;
  readonly pod: string;
  /** The user that reads and writes the application's database, and nothing else. */
  readonly user: string;
  readonly password: string;
}

/** The parts of a pod that are needed here. */
interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly volumes?: readonly { readonly secret?: { readonly secretName: string } }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The part of a Secret that is needed here. */
interface Secret {
  readonly data: Readonly<Record<string, string>>;
}

/**
 * Finds it without changing anything.
 * @throws {UserError} there is no stack, no cluster, or no pod that is ready
 */
export async function findMongodb(context: CommandContext): Promise<Mongodb> {
  const { project, step } = context;
  await step("Pulumi", () => requirePulumi(context));
  await installMissing(context, ["pulumi"]);
  const namespace = await step("stack", () => findNamespace(project));
  await installMissing(context, ["minikube"]);
  return await step("MongoDB's pod", async ({ title }) => {
    await requireCluster(project.minikubeProfile);
    const found = await findPod(project.minikubeProfile, namespace);
    title(`MongoDB's pod: ${found.pod}`);
    return found;
  });
}

async function findNamespace(project: Project): Promise<string> {
  const stack = await findStack(project);
  if (!stack.exists) throw new UserError(`There is no stack ${stackName}. Run: npm run up`);
  // One that was never up, or is destroyed, has no outputs.
  const { namespace } = (await outputs(stack)) as { namespace?: string };
  if (namespace === undefined) throw new UserError(`The stack ${stackName} is not up. Run: npm run up`);
  return namespace;
}

async function requireCluster(profile: string): Promise<void> {
  const found = await findProfile(profile);
  if (found === undefined) throw new UserError(`The minikube cluster "${profile}" is gone. Run: npm run up`);
  if (!isRunning(found)) {
    throw new UserError(
      `The minikube cluster "${profile}" is not running (${found.Status}). Run: npm run up`,
    );
  }
}

async function findPod(profile: string, namespace: string): Promise<Mongodb> {
  const get = async (...args: string[]) => await ask(profile, ["get", "--namespace", namespace, ...args]);
  const list = await get("pods", "--selector", "app.kubernetes.io/name=mongodb", "--output", "json");
  const pods = (JSON.parse(list) as { items: Pod[] }).items;
  const pod = pods.find(isReady);
  if (pod === undefined) {
    throw new UserError(
      `MongoDB's pod ${pods[0]?.metadata.name ?? `in ${namespace}`} is not ${pods.length === 0 ? "there" : "ready"}. ` +
        "Run: npm run up",
    );
  }
  const secret = pod.spec.volumes?.find((volume) => volume.secret !== undefined)?.secret?.secretName;
  if (secret === undefined) throw new UserError(`The pod ${pod.metadata.name} has no Secret with users.`);
  const { data } = JSON.parse(await get("secret", secret, "--output", "json")) as Secret;
  const decoded = (key: string) => Buffer.from(data[key] ?? "", "base64").toString("utf8");
  return {
    profile,
    namespace,
    pod: pod.metadata.name,
    user: decoded("app-user"),
    password: decoded("app-password"),
  };
}

function isReady({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
}

async function ask(profile: string, args: readonly string[]): Promise<string> {
  const answer = await askKubectl(profile, args);
  if (answer.kind === "ok") return answer.stdout;
  const why = answer.kind === "absent" ? "minikube is not on PATH" : answer.message;
  throw new UserError(`The cluster "${profile}" does not answer: ${why}. See why: npm run doctor`);
}
