import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ownFolder, type Project } from "./project-settings.ts";

/** What Pulumi writes into a lock of a folder: see `lockContent` in pulumi/pkg/backend/diy/lock.go. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/**
 * Whether a lock of the project's own backend is left of a process of this machine that is gone. A lock of another
 * machine may be in use, so it stays.
 */
export function hasStaleLock(project: Project, stack: string): boolean {
  const folder = join(ownFolder(project), "state/.pulumi/locks");
  if (!existsSync(folder)) return false;
  const locks = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json") && path.split(/[/\\]/).at(-2) === stack)
    .map((path) => JSON.parse(readFileSync(join(folder, path), "utf8")) as Lock);
  return locks.length > 0 && locks.every((lock) => lock.hostname === hostname() && !isRunning(lock.pid));
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
