import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { meter } from "./byte-counter.ts";

/** What a file is called while it is written. */
const partSuffix = ".part";

/**
 * Writes a file that exists only once it is complete, on disk and accepted. If anything fails, nothing is left, and a file
 * that was there stays. Only its owner can read it.
 * @param write writes the file that it is given
 * @param accept reads it; throws to reject it
 */
export async function writeWholeFile<T>(
  file: string,
  write: (part: string) => Promise<void>,
  accept: (part: string) => Promise<T>,
): Promise<T> {
  const part = `${file}${partSuffix}`;
  await mkdir(dirname(file), { recursive: true });
  // Other users may be allowed to read what a killed process left.
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

/** Writes chunks to a new file, gzipped, and waits until they are on disk. */
export async function writeGzip(
  file: string,
  source: AsyncIterable<Uint8Array>,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const target = createWriteStream(file, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(source, createGzip(), meter(say), target, signal === undefined ? {} : { signal });
}

/** Milliseconds after which a file to which nothing was written belongs to a process that was killed. */
const abandonedMs = 10 * 60_000;

/** Deletes unfinished files that killed processes left in a folder. */
export async function removeAbandoned(folder: string, suffix: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (!name.endsWith(`${suffix}${partSuffix}`)) continue;
    const part = join(folder, name);
    if (Date.now() - (await stat(part)).mtimeMs > abandonedMs) await rm(part, { force: true });
  }
}
