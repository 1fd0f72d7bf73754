import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  findBackend,
  makePassphrase,
  passphraseFile,
  prepareBackend,
  type Backend,
} from "./pulumi-backend.ts";
import { cleanUpInterrupted } from "./interrupted-update.ts";
import { lockState } from "./stale-lock.ts";
import { repairStateFiles } from "./state-files.ts";
import { ownFolder, stackName, type Project } from "./project-settings.ts";
import { mustAsk, work, type Environment, type Run } from "../process/child-process.ts";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/** The project's stack, as Pulumi finds it. */
export interface Stack {
  readonly project: Project;
  readonly backend: Backend;
  readonly exists: boolean;
  /** How Pulumi is run for it. */
  readonly run: Run;
}

/** What the program exports, as far as it is needed here. */
export interface Outputs {
  readonly url: string;
  readonly namespace: string;
  /** The service's image. */
  readonly image: string;
  /** Pods of the service when idle. */
  readonly replicas: number;
}

/**
 * Finds the stack. Changes nothing but files that a killed process left half written.
 * @param signal ends this, and later questions to Pulumi about the stack
 * @throws {UserError} what Pulumi said
 */
export async function findStack(project: Project, signal?: AbortSignal): Promise<Stack> {
  repairStateFiles(project);
  const backend = await findBackend(project, signal);
  const run = withPassphrase(project, backend, { cwd: project.folder, env: backend.env, signal });
  if (backend.kind === "project" && !existsSync(join(ownFolder(project), "state"))) {
    return { project, backend, exists: false, run };
  }
  const list = await mustAsk("pulumi", ["stack", "ls", "--json", "--non-interactive"], run);
  const exists = (JSON.parse(list) as { name: string }[]).some(({ name }) => name === stackName);
  return { project, backend, exists, run };
}

/** A stack in a bucket or folder that was made here has the passphrase that was made here. */
function withPassphrase(project: Project, backend: Backend, run: Run): Run {
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: givenFile } = process.env;
  if (backend.kind === "project" || !isEncryptedHere(backend)) return run;
  if (given !== undefined || givenFile !== undefined || !existsSync(passphraseFile(project))) return run;
  return { ...run, env: { ...run.env, PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(project) } };
}

/** Pulumi's service encrypts on its own; in any other backend the secrets are closed with a passphrase. */
function isEncryptedHere({ url }: Backend): boolean {
  return !/^https?:/.test(url);
}

/** Makes the stack where there is none. */
export async function createStack(stack: Stack, say: (line: string) => void): Promise<Stack> {
  if (stack.exists) return stack;
  const { project, backend } = stack;
  prepareBackend(project, backend);
  if (isEncryptedHere(backend)) makePassphrase(project);
  const run = withPassphrase(project, backend, stack.run);
  await withCleanConfig(project, () =>
    work("pulumi", ["stack", "select", "--create", "--non-interactive", "--stack", stackName], run, say),
  );
  return { ...stack, exists: true, run };
}

/** Sets a key of the stack's configuration, which is committed: nothing secret. */
export async function configure(stack: Stack, key: string, value: string): Promise<void> {
  // Without --plaintext Pulumi refuses what it takes for a secret, by its key.
  const args = ["config", "set", key, value, "--plaintext", "--non-interactive", "--stack", stackName];
  await withCleanConfig(stack.project, () => mustAsk("pulumi", args, stack.run));
}

/** Forgets a stack whose cluster is gone, with all that Pulumi thinks is in it. */
export async function forget(stack: Stack, say: (line: string) => void): Promise<void> {
  const args = ["stack", "rm", stackName, "--yes", "--force", "--preserve-config", "--non-interactive"];
  await work("pulumi", args, stack.run, say);
}

const lateModules = pathToFileURL(join(import.meta.dirname, "../../infra/startup/late-modules.js")).href;

/**
 * What makes the Node processes of Pulumi start sooner: what V8 makes of their code is kept, and what nobody uses is not
 * loaded. The program itself does it without (Pulumi.yaml, nodeargs); the process of its dynamic resources can be told
 * in no other way.
 */
export function soonerStart(folder: string): Environment {
  const { NODE_OPTIONS: given = "" } = process.env;
  return {
    NODE_COMPILE_CACHE: join(folder, "node_modules/.cache/koa-mongo-stack/compiled"),
    NODE_OPTIONS: `${given} --import ${lateModules}`.trim(),
  };
}

/**
 * Runs `pulumi up` or `destroy` without questions, after it has cleaned up what a killed one left.
 * @param refresh whether Pulumi first reads what is in the cluster, to repair what was changed there by others
 * @returns the program's warnings
 * @throws {UserError} what Pulumi printed
 */
export async function change(
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
    const env = { ...stack.run.env, ...soonerStart(stack.project.folder) };
    const lines = await work("pulumi", args, { ...stack.run, env }, say);
    // That a plugin is on PATH is no warning to a person.
    return lines.filter((line) => /^\s*warning: (?!using )/.test(line)).map((line) => line.trim());
  } catch (error) {
    // Pulumi's own advice would ask another backend than the project's.
    if (!(error instanceof UserError) || !error.message.includes("currently locked")) throw error;
    throw locked(error.message, error);
  }
}

function locked(what: string, cause?: unknown): UserError {
  return new UserError(
    `${what}\nIf no other up or down runs, one was killed. Run: npm run pulumi -- cancel --yes ${stackName}`,
    { cause },
  );
}

/**
 * Removes the lock of a process that is gone, and what it had begun to create.
 * @throws {UserError} another process works on the stack: what it creates is not to be deleted
 */
async function recover(stack: Stack, say: (line: string) => void): Promise<void> {
  const { project, backend, run } = stack;
  const lock = backend.kind === "project" ? lockState(project, stackName) : "free";
  if (lock === "held") throw locked(`Another up or down works on the stack ${stackName}.`);
  if (lock === "stale") {
    say("removing the lock of an update that was killed");
    await work("pulumi", ["cancel", "--yes", "--non-interactive", "--stack", stackName], run, say);
  }
  await cleanUpInterrupted(stack, say);
}

/** What the last `up` exported. */
export async function outputs({ run }: Stack): Promise<Outputs> {
  return JSON.parse(
    await mustAsk("pulumi", ["stack", "output", "--json", "--stack", stackName], run),
  ) as Outputs;
}

const saltLine = /^encryptionsalt:.*$/m;
const ownSecrets = /^(encryptionsalt|secretsprovider):/m;

/**
 * Pulumi writes the salt of the passphrase into the stack's configuration, which is committed, and others' stacks
 * could not be made from it then. So Pulumi gets a copy with the salt, unless the configuration has secrets of its own.
 */
function configFile({ project, backend }: Stack): string[] {
  const text = readConfig(project) ?? "";
  if (!isEncryptedHere(backend) || ownSecrets.test(text)) return [];
  writeCopy(project, text);
  return ["--config-file", copyOf(project)];
}

/** Takes the salt that `create` leaves in the configuration away to the copy. */
async function withCleanConfig(project: Project, create: () => Promise<unknown>): Promise<void> {
  const before = readConfig(project);
  await create();
  const after = readConfig(project) ?? "";
  if (ownSecrets.test(before ?? "") || !saltLine.test(after)) return;
  writeCopy(project, after);
  if (before === undefined) rmSync(configOf(project));
  else writeFileSync(configOf(project), before);
}

/** Writes the copy anew, with the salt that it has. */
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
