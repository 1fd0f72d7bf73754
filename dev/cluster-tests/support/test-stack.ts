import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { removeAtInterrupt } from "./interrupt.ts";
import { copyProject, type ProjectCopy } from "../../../tools/test/support/project-copy.ts";

const run = promisify(execFile);

/** Outputs of a stack. */
export interface Outputs {
  readonly url: string;
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
}

/** Number of resources by the operation of `up`, such as `create` or `same`. */
export type Changes = Readonly<Record<string, number>>;

/** A copy of the project, with its own stack and Pulumi backend, on the running minikube. */
export interface TestStack {
  readonly project: ProjectCopy;
  /** Variables with which the copy's commands use the stack. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `pulumi config set`. */
  set(key: string, value: string): Promise<void>;
  /** Runs `pulumi config set --secret`. */
  setSecret(key: string, value: string): Promise<void>;
  /**
   * @param signal interrupts `up`, like Ctrl-C
   * @returns the outputs, the changes, and everything that `up` printed
   */
  up(signal?: AbortSignal): Promise<{ outputs: Outputs; changes: Changes; printed: string }>;
  /** The changes that `up` would apply, property by property. */
  diff(): Promise<string>;
  /** The state, as in `pulumi stack export`. */
  exported(): Promise<string>;
  /** The changes that `up` would apply. Rejects if the project's policy pack forbids them. */
  preview(policyPack: string): Promise<Changes>;
  destroy(): Promise<void>;
  /** Destroys the stack's remaining resources, and deletes the copy and the backend. */
  remove(): Promise<void>;
}

/** Creates the copy and the stack. Ctrl-C removes both. */
export async function createTestStack(name: string): Promise<TestStack> {
  const project = await copyProject();
  const { folder } = project;
  const backend = join(folder, ".pulumi/state");
  await mkdir(backend, { recursive: true });
  const envVars = {
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
  };
  const stack = await LocalWorkspace.createStack({ stackName: name, workDir: folder }, { envVars });
  // Pulumi receives the same Ctrl-C, and must end before the removal.
  let pending: Promise<unknown> = Promise.resolve();
  const removeBoth = async () => {
    await removeStack(stack);
    await project.remove();
  };
  const forget = removeAtInterrupt(async () => {
    await pending.catch(() => undefined);
    await removeBoth();
  });

  return {
    project,
    env: { ...envVars, PULUMI_STACK: name },
    async set(key, value) {
      await stack.setConfig(key, { value });
    },
    async setSecret(key, value) {
      await stack.setConfig(key, { value, secret: true });
    },
    async up(signal) {
      const result = stack.up(signal === undefined ? {} : { signal });
      pending = result;
      const { summary, outputs, stdout, stderr } = await result;
      return {
        outputs: values(outputs) as unknown as Outputs,
        changes: summary.resourceChanges ?? {},
        printed: stdout + stderr,
      };
    },
    async diff() {
      const { stdout, stderr } = await stack.preview({ diff: true });
      return stdout + stderr;
    },
    async exported() {
      // The automation API would decrypt the secrets.
      const args = ["stack", "export", "--stack", name];
      return (await run("pulumi", args, { cwd: folder, env: { ...process.env, ...envVars } })).stdout;
    },
    async preview(policyPack) {
      const { changeSummary } = await stack.preview({ policyPacks: [join(folder, policyPack)] });
      return changeSummary;
    },
    async destroy() {
      await stack.destroy();
    },
    async remove() {
      forget();
      await removeBoth();
    },
  };
}

/** An interrupted `up` leaves a lock behind, too. */
async function removeStack(stack: Stack): Promise<void> {
  await stack.cancel().catch(() => undefined);
  await stack.destroy({ remove: true });
}

function values(outputs: Readonly<Record<string, { value: unknown }>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
}
