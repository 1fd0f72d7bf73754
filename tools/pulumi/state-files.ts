import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ownFolder, stackName, type Project } from "./project-settings.ts";
import { lockState } from "./stale-lock.ts";

/**
 * Repairs files of the project's own backend that a killed process or a power cut left incomplete. Otherwise Pulumi
 * commands fail with "EOF". Pulumi overwrites attribute files in place, and keeps the previous state as `.bak`.
 */
export function repairStateFiles(project: Project): void {
  const folder = join(ownFolder(project), "state/.pulumi");
  if (!existsSync(folder) || lockState(project, stackName) === "held") return;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
  // Attribute files are optional.
  for (const file of files) if (file.endsWith(".attrs") && !isJson(file)) rmSync(file);
  for (const file of files) {
    const backup = `${file}.bak`;
    if (!file.endsWith(".json") || isJson(file) || !existsSync(backup) || !isJson(backup)) continue;
    copyFileSync(backup, file);
    rmSync(`${file}.attrs`, { force: true });
  }
}

function isJson(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}
