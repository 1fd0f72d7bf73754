import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../../..");

/** A copy of the project with a stack and a Pulumi backend of its own, on the minikube that runs. */
export interface TestStack {
  /** The copy's folder. */
  readonly folder: string;
  readonly stack: Stack;
  /** The stack's outputs. */
  outputs(): Promise<{ url: string; namespace: string; image: string; replicas: number }>;
  /** `pulumi up`; how many resources it did what to. */
  up(): Promise<Readonly<Record<string, number>>>;
  /** `pulumi destroy`. */
  destroy(): Promise<void>;
  /** Forgets the stack and deletes the copy. */
  remove(): Promise<void>;
}

/** Copies what git knows of the project, so that a test may change it. */
export async function createTestStack(name: string, config: Record<string, string> = {}): Promise<TestStack> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-e2e-"));
  const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: project });
  for (const file of stdout.trim().split("\n")) {
    await cp(join(project, file), join(folder, "project", dirname(file), file.slice(dirname(file).length + (file.includes("/") ? 1 : 2) - 1)), { recursive: true });
  }
  return { folder } as TestStack;
}
