import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ownFolder, type Project } from "./project-settings.ts";

/** What Pulumi writes into a lock of a folder: see `lockContent` in pulumi/pkg/backend/diy/lock.go. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/** A stale lock is left of a process of this machine that is gone; a held one may be in use. */
export type LockState = "free" | "stale" | "held";

/** The state of the stack's lock in the project's own backend. */
export function lockState(project: Project, stack: string): LockState {
  const folder = join(ownFolder(project), "state/.pulumi/locks");
  if (!existsSync(folder)) return "free";
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".json") && path.split(/[/\\]/).at(-2) === stack,
  );
  if (files.length === 0) return "free";
  return files.every((file) => isStale(readLock(join(folder, file)))) ? "stale" : "held";
}

/** Undefined for a file that a power cut left empty, or that its owner deletes at this moment. */
function readLock(file: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Lock;
  } catch {
    return undefined;
  }
}

/** A lock of another machine may be in use. */
function isStale(lock: Lock | undefined): boolean {
  return lock === undefined || (lock.hostname === hostname() && !isRunning(lock.pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isOther(pid);
  } catch (error) {
    // EPERM: another user's process.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether Linux has given the number to another program since. */
function isOther(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
  } catch {
    return false;
  }
}
