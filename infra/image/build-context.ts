import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { contextHash, type ContextFile } from "./context-hash.ts";

/** Milliseconds. No running `up` uses an older copy. */
const maxAgeMs = 24 * 3600 * 1000;

/**
 * Copies the files of a build context into a folder that is the same on every machine. The Docker provider compares
 * the folder's path and each file's mode, which depends on the umask of the checkout.
 * @param context folder that gets the copy, in its `node_modules/.cache`
 * @returns the copy's path relative to the working directory, with forward slashes
 */
export function copyContext(context: string, files: readonly ContextFile[]): string {
  const cache = join(context, "node_modules/.cache/koa-mongo-stack");
  const copy = join(cache, `context-${contextHash(files).slice(0, 16)}`);
  mkdirSync(cache, { recursive: true });
  deleteOld(cache, copy);
  if (!existsSync(copy)) writeCopy(copy, files);
  return relative(process.cwd(), copy).replaceAll("\\", "/");
}

function writeCopy(copy: string, files: readonly ContextFile[]): void {
  const unfinished = mkdtempSync(`${copy}-`);
  for (const { path, content } of files) {
    const file = join(unfinished, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, 0o644);
  }
  for (const folder of [".", ...foldersIn(unfinished)]) chmodSync(join(unfinished, folder), 0o755);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    // Another `up` created the same copy first.
    if (!existsSync(copy)) throw error;
  }
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function deleteOld(cache: string, copy: string): void {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith("context-"))) {
    const path = join(cache, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (path !== copy && age > maxAgeMs) rmSync(path, { recursive: true, force: true });
  }
}
