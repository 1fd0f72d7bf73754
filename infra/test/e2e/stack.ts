import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../../..");

/** What a stack exports. */
export interface Outputs {
  readonly url: string;
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
}

/** How many resources an `up` did what to. */
export type Changes = Readonly<Record<string, number>>;

/** A copy of the project, with a stack and a Pulumi backend of its own, on the minikube that runs. */
export interface TestStack {
  /** The copy's folder. */
  readonly folder: string;
  /** `pulumi config set`. */
  set(key: string, value: string): Promise<void>;
  up(): Promise<{ outputs: Outputs; changes: Changes }>;
  destroy(): Promise<void>;
  /** Destroys what is left, and deletes the copy and the backend. */
  remove(): Promise<void>;
}

/** Copies what git knows of the project, so that a test may change it. */
export async function createTestStack(name: string): Promise<TestStack> {
  const root = await mkdtemp(join(tmpdir(), "koa-mongo-stack-e2e-"));
  const folder = join(root, "project");
  const backend = join(root, "state");
  await mkdir(backend);
  await copyProject(folder);
  const stack = await LocalWorkspace.createStack(
    { stackName: name, workDir: folder },
    { envVars: { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "only for this test" } },
  );

  return {
    folder,
    async set(key, value) {
      await stack.setConfig(key, { value });
    },
    async up() {
      const { summary, outputs } = await stack.up();
      return { outputs: values(outputs) as unknown as Outputs, changes: summary.resourceChanges ?? {} };
    },
    async destroy() {
      await stack.destroy();
    },
    async remove() {
      await removeStack(stack);
      await rm(root, { recursive: true });
    },
  };
}

async function copyProject(folder: string): Promise<void> {
  const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: project,
  });
  for (const file of stdout.trim().split("\n")) await cp(join(project, file), join(folder, file));
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
}

/** An `up` that was cut off leaves a lock, too. */
async function removeStack(stack: Stack): Promise<void> {
  await stack.cancel().catch(() => undefined);
  await stack.destroy({ remove: true });
}

function values(outputs: Readonly<Record<string, { value: unknown }>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
}
