import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { meter } from "./byte-counter.ts";

/** Suffix of a file while it is written. */
const partSuffix = ".part";

/**
 * Writes a file that appears only when it is complete, on disk and accepted. If anything fails, no new file is left,
 * and an existing file stays.
 * @param write writes the file at this path
 * @param accept reads the file, and throws to reject it
 */
export async function writeAtomically<T>(
  file: string,
  write: (part: string) => Promise<void>,
  accept: (part: string) => Promise<T>,
): Promise<T> {
  const part = `${file}${partSuffix}`;
  await mkdir(dirname(file), { recursive: true });
  // The permissions of a killed process' file may let other users read it.
  await rm(part, { force: true });
  try {
    await write(part);
    const accepted = await accept(part);
    await rename(part, file);
    return accepted;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Compresses chunks into a new file, and waits until the file is on disk. Only the file's owner can read it. */
export async function writeGzip(
  file: string,
  source: AsyncIterable<Uint8Array>,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const target = createWriteStream(file, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(source, createGzip(), meter(say), target, signal === undefined ? {} : { signal });
}

/** Milliseconds without a write after which the file of a killed process counts as abandoned. */
const abandonedMs = 10 * 60_000;

/** Deletes unfinished files of killed processes from a folder. */
export async function removeAbandoned(folder: string, suffix: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (!name.endsWith(`${suffix}${partSuffix}`)) continue;
    const part = join(folder, name);
    if (Date.now() - (await stat(part)).mtimeMs > abandonedMs) await rm(part, { force: true });
  }
}
