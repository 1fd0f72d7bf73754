import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ownFolder, type Project } from "../pulumi/project-settings.ts";
import { UserError } from "../process/user-error.ts";
import { download } from "./download.ts";
import { assetOf, type Asset, type Release } from "./releases.ts";
import { unpack } from "./unpack.ts";

/** The folder of an installed program, for PATH. Undefined if the program is not installed. */
export function installedFolder(project: Project, release: Release): string | undefined {
  const asset = assetOf(release);
  if (asset === undefined) return undefined;
  const folder = join(releaseFolder(project, release), asset.folder ?? "");
  // A virus scanner may have deleted the program but not the folder.
  return existsSync(join(folder, programFile(release, asset))) ? folder : undefined;
}

/**
 * Downloads a release into the project, unless it is installed.
 * @param signal ends the download
 * @returns the folder for PATH
 * @throws {UserError} there is no release for this machine, or the download failed
 */
export async function installRelease(
  project: Project,
  release: Release,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const asset = assetOf(release);
  if (asset === undefined)
    throw new UserError(`There is no release for ${process.platform} on ${process.arch}.`);
  if (installedFolder(project, release) === undefined) {
    const file = join(binFolder(project), `${release.version}-${asset.file}`);
    await mkdir(binFolder(project), { recursive: true });
    await download({ url: `${release.url}/${asset.file}`, file, digest: asset.digest, say, signal });
    say(`unpacking ${asset.file}`);
    await unpack(
      file,
      asset.folder !== undefined,
      programFile(release, asset),
      releaseFolder(project, release),
    );
  }
  return join(releaseFolder(project, release), asset.folder ?? "");
}

function programFile({ name }: Release, { file }: Asset): string {
  return /\.(exe|zip)$/.test(file) ? `${name}.exe` : name;
}

function releaseFolder(project: Project, { name, version }: Release): string {
  return join(binFolder(project), `${name}-${version}`);
}

function binFolder(project: Project): string {
  return join(ownFolder(project), "bin");
}
