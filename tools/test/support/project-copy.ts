import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../../..");

/** A copy of the project that tests may change. */
export interface ProjectCopy {
  readonly folder: string;
  /** Replaces all occurrences of a text in a file. */
  replace(file: string, text: string, by: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Copies the files that git doesn't ignore, and links the installed dependencies. If `IMAGES_BY_TAG=1` is set, the
 * copy selects images by tag only.
 */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-e2e-"));
  const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: project,
  });
  for (const file of stdout.trim().split("\n")) await cp(join(project, file), join(folder, file));
  if (process.env.IMAGES_BY_TAG === "1") await useImagesByTag(folder);
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    async replace(file, text, by) {
      const before = await readFile(join(folder, file), "utf8");
      if (!before.includes(text)) throw new Error(`${file} has no "${text}"`);
      await writeFile(join(folder, file), before.replaceAll(text, by));
    },
    async remove() {
      await rm(folder, { recursive: true });
    },
  };
}

/** In the lab, images are replacements with the same names and tags, but other digests. */
async function useImagesByTag(folder: string): Promise<void> {
  for (const file of ["Dockerfile", "Pulumi.yaml", "compose.yaml"]) {
    const text = await readFile(join(folder, file), "utf8");
    await writeFile(join(folder, file), text.replaceAll(/@sha256:[0-9a-f]{64}/g, ""));
  }
}
