import {
  matchesDeployment,
  readyAnswerTimeoutMs,
  startPods,
  untilServes,
  withStackState,
} from "../pulumi/deployment-check.ts";
import { installMissing } from "../install/missing-programs.ts";
import { withShellCommands, shellCommand } from "../terminal/shell-command.ts";
import { findIngressPlace, type IngressPlace } from "../minikube/ingress-place.ts";
import { enableIngress, enableMetrics, startCluster } from "../minikube/start-cluster.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { requireMinikube, stackName, type Project } from "../pulumi/project-settings.ts";
import { requireReady } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";
import { updateStack, createStack, findStack, outputs, type Stack } from "../pulumi/pulumi-stack.ts";

export const command = cliCommand("up", {
  summary: "Deploy the service and its database to minikube.",
  description:
    "Deploys the service and its database to minikube, and prints the URL. Installs minikube and Pulumi into .pulumi/ " +
    "and starts a cluster if they are missing. You can run `up` again at any point.",
  examples: ["npm run up"],
}).action(async () => {
  await runOnTerminal(up);
});

/**
 * Deploys the stack and waits until its URL answers. Each step checks what exists, so `up` can run again at any
 * point.
 * @throws {UserError} a problem, in one sentence, or the output of a failed program
 */
export async function up(context: CommandContext): Promise<undefined> {
  const { project, step, print, urlTimeoutMs } = context;
  requireMinikube(project, "npm run up", "npm run pulumi -- up");
  await step("Docker, minikube, Pulumi", () => requireReady(context));
  await installMissing(context, ["minikube", "pulumi"]);
  await step("minikube", (output) => startCluster(project, output));
  await step("metrics-server", (output) => enableMetrics(project, output));
  if (project.expose === "ingress") await step("ingress", (output) => enableIngress(project, output));
  const stack = await step("stack", async ({ say, title }) => {
    const created = await createStack(await findStack(project), say);
    title(`stack ${stackName}, backend: ${created.backend.text}`);
    return created;
  });
  const addState = async (error: unknown): Promise<never> => {
    throw await withStackState(project, stack, error);
  };
  const warnings = await step("pulumi up", ({ say }) => deploy(stack, say)).catch(addState);
  // Print warnings before the URL check: a warning may explain why the URL does not answer.
  for (const warning of warnings) print(withShellCommands(warning, project));
  const found = await outputs(stack);
  await startPods(project, found);
  const ingress = project.expose === "ingress" ? await findIngress(context, found.url) : undefined;
  if (ingress !== undefined) print(`\n${hostsHint(ingress, project)}`);
  const target = { ...found, url: ingress?.url ?? found.url, address: ingress?.address };
  const { url, namespace } = target;
  // Behind a tunnel, the URL answers only after the user has started the tunnel.
  if (ingress?.meanwhile === undefined && !(await matchesDeployment(project, target, urlTimeoutMs))) {
    // Without --refresh, Pulumi compares the program with its own state, and not with the cluster.
    await step("pulumi up --refresh, because the cluster differs from the deployment", ({ say }) =>
      updateStack("up", stack, say, { refresh: true }),
    ).catch(addState);
  }
  await step(`waiting for ${url}`, async ({ title }) => {
    await untilServes(project, target, urlTimeoutMs);
    title(`${url} answers`);
  });
  print(`
${url}

  curl ${url}
  ${shellCommand("kubectl", project)} get pods -n ${namespace}
  npm run down${installedHint(project)}`);
}

/** Pulumi can't update an object that another tool deleted: a refresh must come first. */
async function deploy(stack: Stack, say: (line: string) => void): Promise<readonly string[]> {
  try {
    return await updateStack("up", stack, say);
  } catch (error) {
    if (!(error instanceof UserError) || !/\bnot found\b/i.test(error.message)) throw error;
    say("an object was deleted outside Pulumi: pulumi up --refresh");
    return await updateStack("up", stack, say, { refresh: true });
  }
}

/** Finds the address of the Ingress. Waits a limited time until its controller serves the stack. */
async function findIngress({ project, urlTimeoutMs }: CommandContext, url: string): Promise<IngressPlace> {
  const place = await findIngressPlace(project, url, Math.min(urlTimeoutMs, readyAnswerTimeoutMs));
  if (place !== undefined) return place;
  throw new UserError(`The minikube cluster "${project.minikubeProfile}" is gone. Run: npm run up`);
}

/** A line for the hosts file, so that this machine resolves the host name. */
function hostsHint({ address, meanwhile }: IngressPlace, { host }: Project): string {
  const tunnel = meanwhile === undefined ? "" : `\nIn another terminal, run: ${meanwhile}`;
  const file = process.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";
  return `Add this line to ${file}:\n\n${address} ${host}${tunnel}`;
}

/** Programs that `up` installed are on the PATH only inside these commands. */
function installedHint(project: Project): string {
  const commands = (["minikube", "pulumi"] as const)
    .filter((program) => shellCommand(program, project) !== program)
    .map((program) => `${shellCommand(program, project)} …`);
  return commands.length === 0 ? "" : `\n\nTo run the programs that \`up\` installed: ${commands.join(", ")}`;
}
