import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import dockerignore from "@balena/dockerignore";

/** A file of the build context. The path is relative to the context. */
export interface ContextFile {
  readonly path: string;
  readonly content: string | Buffer;
}

/**
 * The Dockerfile and every file that `.dockerignore` lets into the build. The scripts in the project's package.json
 * are left out. The build runs none of them, and a new script must not cause a rollout.
 * @param context folder with Dockerfile and .dockerignore
 */
export function contextFiles(context: string): ContextFile[] {
  const rules = dockerignore.default().add(readFileSync(join(context, ".dockerignore"), "utf8"));

  function filesIn(folder: string): string[] {
    const entries = readdirSync(join(context, folder), { withFileTypes: true });
    return entries.flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (rules.ignores(path)) return [];
      return entry.isDirectory() ? filesIn(path) : [path];
    });
  }
  const paths = ["Dockerfile", ...filesIn("").sort()];
  return paths.map((path) => ({ path, content: contentOf(context, path) }));
}

/** A hash over the paths and contents of the files. */
export function contextHash(files: readonly ContextFile[]): string {
  return sha256(files.map(({ path, content }) => `${path} ${sha256(content)}`).join("\n"));
}

function contentOf(context: string, file: string): string | Buffer {
  const content = readFileSync(join(context, file));
  if (file !== "package.json") return content;
  return JSON.stringify({ ...(JSON.parse(content.toString()) as object), scripts: undefined });
}

/** Returns the hash in hexadecimal. */
export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
