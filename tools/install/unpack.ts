import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runWithProgress } from "../process/child-process.ts";

/**
 * Creates a program's folder from a downloaded file, atomically: an existing folder is always complete.
 * @param program name of the program's file, if the download is no archive
 * @throws {UserError} the error of tar
 */
export async function unpack(
  file: string,
  isArchive: boolean,
  program: string,
  folder: string,
): Promise<void> {
  const fresh = `${folder}.new`;
  // Left by an interrupted run.
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  if (isArchive) {
    await runWithProgress(tar(), ["-xf", file, "-C", fresh, "--no-same-owner"], {}, () => undefined);
  } else {
    await chmod(file, 0o755);
    await rename(file, join(fresh, program));
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  await rm(file, { force: true });
}

/** Windows' own tar reads zip files. Git's tar, which may come first on PATH, can't. */
function tar(): string {
  if (process.platform !== "win32") return "tar";
  return join(process.env.SystemRoot ?? "C:\\Windows", "System32", "tar.exe");
}
