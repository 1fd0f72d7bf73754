import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { work } from "../process/child-process.ts";

/**
 * Makes the folder of a program from the file that was downloaded, all at once: a folder of that name is whole.
 * @param program the file's name there, if it is no archive
 * @throws {UserError} what tar said
 */
export async function unpack(
  file: string,
  isArchive: boolean,
  program: string,
  folder: string,
): Promise<void> {
  const fresh = `${folder}.new`;
  // What was cut off.
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  if (isArchive) {
    await work(tar(), ["-xf", file, "-C", fresh, "--no-same-owner"], {}, () => undefined);
  } else {
    await chmod(file, 0o755);
    await rename(file, join(fresh, program));
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  await rm(file, { force: true });
}

/** Windows' own reads zip files; the one of Git, which may be first on PATH, does not. */
function tar(): string {
  if (process.platform !== "win32") return "tar";
  return join(process.env.SystemRoot ?? "C:\\Windows", "System32", "tar.exe");
}
