import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import dockerignore from "@balena/dockerignore";

/**
 * A hash of every file that `.dockerignore` lets into the build, by path and content. The scripts of the project's
 * package.json don't count: the build runs none of them, and a new script would roll out the same pods again. Neither
 * do file modes: the Dockerfile sets those of the image.
 * @param context folder with Dockerfile and .dockerignore
 */
export function contextHash(context: string): string {
  const rules = dockerignore.default().add(readFileSync(join(context, ".dockerignore"), "utf8"));

  function filesIn(folder: string): string[] {
    const entries = readdirSync(join(context, folder), { withFileTypes: true });
    return entries.flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (rules.ignores(path)) return [];
      return entry.isDirectory() ? filesIn(path) : [path];
    });
  }
  const files = ["Dockerfile", ...filesIn("").sort()];
  return sha256(files.map((file) => `${file} ${sha256(contentOf(context, file))}`).join("\n"));
}

function contentOf(context: string, file: string): string | Buffer {
  const content = readFileSync(join(context, file));
  if (file !== "package.json") return content;
  return JSON.stringify({ ...(JSON.parse(content.toString()) as object), scripts: undefined });
}

/** In hexadecimal. */
export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
