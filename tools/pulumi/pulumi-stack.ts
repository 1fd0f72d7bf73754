import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  findBackend,
  createPassphrase,
  passphraseFile,
  prepareBackend,
  type Backend,
} from "./pulumi-backend.ts";
import { causeIn } from "./failure-cause.ts";
import { cleanUpInterrupted } from "./interrupted-update.ts";
import { lockState } from "./stale-lock.ts";
import { repairStateFiles } from "./state-files.ts";
import { ownFolder, stackName, type Project } from "./project-settings.ts";
import { runOrThrow, runWithProgress, type Environment, type RunOptions } from "../process/child-process.ts";
import { explainSystemErrors, ProgramError, UserError } from "../process/user-error.ts";

/** The project's stack, with its backend. */
export interface Stack {
  readonly project: Project;
  readonly backend: Backend;
  readonly exists: boolean;
  /** Options to run Pulumi for this stack. */
  readonly run: RunOptions;
}

/** The outputs of the program that the tools use. */
export interface Outputs {
  readonly url: string;
  readonly namespace: string;
  /** Image of the service. */
  readonly image: string;
  /** Minimum number of the service's pods. */
  readonly replicas: number;
}

/**
 * Finds the stack. Changes only files that a killed process left incomplete.
 * @param signal ends this question and later questions to Pulumi about the stack
 * @throws {UserError} the error of Pulumi
 */
export async function findStack(project: Project, signal?: AbortSignal): Promise<Stack> {
  repairStateFiles(project);
  const backend = await findBackend(project, signal);
  const run = withPassphrase(project, backend, { cwd: project.folder, env: backend.env, signal });
  if (backend.kind === "project" && !existsSync(join(ownFolder(project), "state"))) {
    return { project, backend, exists: false, run };
  }
  const list = await runOrThrow("pulumi", ["stack", "ls", "--json", "--non-interactive"], run);
  const exists = (JSON.parse(list) as { name: string }[]).some(({ name }) => name === stackName);
  return { project, backend, exists, run };
}

/** Adds this project's passphrase, if the project created the stack in another folder or bucket. */
function withPassphrase(project: Project, backend: Backend, run: RunOptions): RunOptions {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (backend.kind === "project" || !isEncryptedHere(backend)) return run;
  if (passphrase !== undefined || file !== undefined || !existsSync(passphraseFile(project))) return run;
  return { ...run, env: { ...run.env, PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(project) } };
}

/** An HTTP backend such as Pulumi Cloud encrypts secrets itself. Any other backend uses a passphrase. */
function isEncryptedHere({ url }: Backend): boolean {
  return !/^https?:/.test(url);
}

/** Creates the stack, unless it exists. */
export async function createStack(stack: Stack, say: (line: string) => void): Promise<Stack> {
  if (stack.exists) return stack;
  const { project, backend } = stack;
  prepareBackend(project, backend);
  if (isEncryptedHere(backend)) createPassphrase(project);
  const run = withPassphrase(project, backend, stack.run);
  await withCleanConfig(project, () =>
    runWithProgress(
      "pulumi",
      ["stack", "select", "--create", "--non-interactive", "--stack", stackName],
      run,
      say,
    ),
  );
  return { ...stack, exists: true, run };
}

/** Sets a key of the stack's configuration. The configuration is committed, so don't set secrets. */
export async function setConfig(stack: Stack, key: string, value: string): Promise<void> {
  // Without --plaintext, Pulumi rejects keys that look like secrets.
  const args = ["config", "set", key, value, "--plaintext", "--non-interactive", "--stack", stackName];
  await withCleanConfig(stack.project, () => runOrThrow("pulumi", args, stack.run));
}

/** Removes a stack whose cluster is gone, together with all its resources in Pulumi's state. */
export async function removeStack(stack: Stack, say: (line: string) => void): Promise<void> {
  const args = ["stack", "rm", stackName, "--yes", "--force", "--preserve-config", "--non-interactive"];
  await runWithProgress("pulumi", args, stack.run, say);
}

const lateModules = pathToFileURL(join(import.meta.dirname, "../../infra/startup/late-modules.js")).href;

/**
 * Starts Pulumi's Node processes sooner: V8 caches compiled code, and unused modules load late. Only the process of
 * dynamic resources needs this environment: the program uses `nodeargs` in Pulumi.yaml.
 */
export function fastStartEnvironment(folder: string): Environment {
  const { NODE_OPTIONS: existing = "" } = process.env;
  return {
    NODE_COMPILE_CACHE: join(folder, "node_modules/.cache/koa-mongo-stack/compiled"),
    NODE_OPTIONS: `${existing} --import ${lateModules}`.trim(),
  };
}

/**
 * Runs `pulumi up` or `pulumi destroy` without questions. First cleans up after a killed run.
 * @param refresh whether Pulumi first reads the cluster, to repair changes from outside Pulumi
 * @returns the program's warnings
 * @throws {UserError} the output of Pulumi, and the cause
 */
export async function updateStack(
  verb: "up" | "destroy",
  stack: Stack,
  say: (line: string) => void,
  { refresh = false } = {},
): Promise<readonly string[]> {
  await recover(stack, say);
  const args = [
    verb,
    ...(refresh ? ["--refresh"] : []),
    "--yes",
    "--skip-preview",
    "--non-interactive",
    "--stack",
    stackName,
    ...configFile(stack),
  ];
  try {
    const env = { ...stack.run.env, ...fastStartEnvironment(stack.project.folder) };
    const sayRelevant = (line: string) => {
      if (!adviceAfterDestroy.test(line)) say(line);
    };
    const lines = await runWithProgress("pulumi", args, { ...stack.run, env }, sayRelevant);
    // Skip the warnings about plugins on PATH.
    return lines.filter((line) => /^\s*warning: (?!using )/.test(line)).map((line) => line.trim());
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    // Pulumi's own advice would use another backend.
    if (error.message.includes("currently locked")) throw lockedError(error.message, error);
    throw withCause(verb, error);
  }
}

/** Pulumi's last lines after `destroy`. The command in them would use another backend. */
const adviceAfterDestroy =
  /^(The resources in the stack have been deleted|If you want to remove the stack completely)/;

function withCause(verb: "up" | "destroy", error: ProgramError): UserError {
  const cause = causeIn(error.lines);
  if (cause === undefined) return error;
  const what = verb === "up" ? "deployment" : "deletion";
  return new UserError(`${error.message}\n\nThe ${what} failed: ${cause}`, { cause: error });
}

function lockedError(what: string, cause?: unknown): UserError {
  return new UserError(
    `${what}\nIf no other \`up\` or \`down\` is running, a killed one left the lock. Run: npm run pulumi -- cancel --yes ${stackName}`,
    { cause },
  );
}

/**
 * Removes the lock of a dead process, and the objects that it was creating.
 * @throws {UserError} another process is working on the stack, and its objects must stay
 */
async function recover(stack: Stack, say: (line: string) => void): Promise<void> {
  const { project, backend, run } = stack;
  const lock = backend.kind === "project" ? lockState(project, stackName) : "free";
  if (lock === "held") throw lockedError(`Another \`up\` or \`down\` is changing the stack ${stackName}.`);
  if (lock === "stale") {
    say("removing the lock of a killed update");
    await runWithProgress("pulumi", ["cancel", "--yes", "--non-interactive", "--stack", stackName], run, say);
  }
  await cleanUpInterrupted(stack, say);
}

/**
 * Outputs of a stack that must be deployed.
 * @throws {UserError} there is no stack, or `down` has deleted its resources
 */
export async function deployedOutputs(stack: Stack): Promise<Outputs> {
  if (!stack.exists) throw new UserError(`There is no stack ${stackName}. Run: npm run up`);
  const found: Partial<Outputs> = await outputs(stack);
  if (found.namespace === undefined)
    throw new UserError(`The stack ${stackName} is not deployed. Run: npm run up`);
  return found as Outputs;
}

/** Outputs of the last `up`. A stack without resources has none. */
export async function outputs({ run }: Stack): Promise<Outputs> {
  return JSON.parse(
    await runOrThrow("pulumi", ["stack", "output", "--json", "--stack", stackName], run),
  ) as Outputs;
}

const saltLine = /^encryptionsalt:.*$/m;
const ownSecrets = /^(encryptionsalt|secretsprovider):/m;

/**
 * Pulumi writes the passphrase's salt into the stack's configuration, which is committed. Other users could not
 * create their stacks from such a file. So Pulumi uses a copy with the salt, unless the configuration has secrets.
 */
function configFile({ project, backend }: Stack): string[] {
  const text = readConfig(project) ?? "";
  if (!isEncryptedHere(backend) || ownSecrets.test(text)) return [];
  writeCopy(project, text);
  return ["--config-file", copyOf(project)];
}

/** Moves the salt that `create` adds from the configuration to the copy. */
async function withCleanConfig(project: Project, create: () => Promise<unknown>): Promise<void> {
  const before = readConfig(project);
  await create();
  const after = readConfig(project) ?? "";
  if (ownSecrets.test(before ?? "") || !saltLine.test(after)) return;
  writeCopy(project, after);
  if (before === undefined) rmSync(configOf(project));
  else writeFileSync(configOf(project), before);
}

/** Writes the copy again, and keeps its salt. */
function writeCopy(project: Project, text: string): void {
  const copy = copyOf(project);
  const salt = saltLine.exec(text) ?? saltLine.exec(existsSync(copy) ? readFileSync(copy, "utf8") : "");
  explainSystemErrors(`write ${copy}`, () => {
    mkdirSync(ownFolder(project), { recursive: true });
    writeFileSync(copy, `${text.replace(saltLine, "").trimEnd()}\n${salt === null ? "" : `${salt[0]}\n`}`);
  });
}

function readConfig(project: Project): string | undefined {
  return existsSync(configOf(project)) ? readFileSync(configOf(project), "utf8") : undefined;
}

function configOf({ folder }: Project): string {
  return join(folder, `Pulumi.${stackName}.yaml`);
}

function copyOf(project: Project): string {
  return join(ownFolder(project), `Pulumi.${stackName}.yaml`);
}
