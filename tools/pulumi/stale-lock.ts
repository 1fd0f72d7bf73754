import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ownFolder, type Project } from "./project-settings.ts";

/** Content of a lock in a folder. Source: `lockContent` in pulumi/pkg/backend/diy/lock.go. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/** A stale lock is left over from a dead process of this machine. A held lock may be in use. */
export type LockState = "free" | "stale" | "held";

/** State of the stack's lock in the project's own backend. */
export function lockState(project: Project, stack: string): LockState {
  const folder = join(ownFolder(project), "state/.pulumi/locks");
  if (!existsSync(folder)) return "free";
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".json") && path.split(/[/\\]/).at(-2) === stack,
  );
  if (files.length === 0) return "free";
  return files.every((file) => isStale(readLock(join(folder, file)))) ? "stale" : "held";
}

/** Undefined if a power cut left the file empty, or if its owner just deleted it. */
function readLock(file: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Lock;
  } catch {
    return undefined;
  }
}

/** A lock of another machine may be in use, so it is never stale. */
function isStale(lock: Lock | undefined): boolean {
  return lock === undefined || (lock.hostname === hostname() && !isRunning(lock.pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isOther(pid);
  } catch (error) {
    // EPERM: the process belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether the process number now belongs to another program. Linux only. */
function isOther(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
  } catch {
    return false;
  }
}
