import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ownFolder, type Project } from "../pulumi/project-settings.ts";
import { UserError } from "../process/user-error.ts";
import { digestLike } from "./checksum.ts";
import { download } from "./download.ts";
import { assetOf, type Asset, type Release } from "./releases.ts";
import { unpack } from "./unpack.ts";

/** The folder that PATH needs for a program that was installed, or undefined where it was not. */
export function installedFolder(project: Project, release: Release): string | undefined {
  const asset = assetOf(release);
  if (asset === undefined) return undefined;
  const folder = join(home(project, release), asset.folder ?? "");
  // A scanner for viruses may have taken the program and left the folder.
  return existsSync(join(folder, programFile(release, asset))) ? folder : undefined;
}

/**
 * Downloads a release into the project, unless it is there. Cut off at any point, it goes on the next time.
 * @returns the folder that PATH needs
 * @throws {UserError} there is none for this machine, it can't be had, or it is not what it should be
 */
export async function installRelease(
  project: Project,
  release: Release,
  say: (line: string) => void,
): Promise<string> {
  const asset = assetOf(release);
  if (asset === undefined) throw new UserError(`There is none for ${process.platform} on ${process.arch}.`);
  if (installedFolder(project, release) === undefined) {
    const file = join(binFolder(project), `${release.version}-${asset.file}.part`);
    await mkdir(binFolder(project), { recursive: true });
    await have(`${release.url}/${asset.file}`, asset, file, say);
    say(`unpacking ${asset.file}`);
    await unpack(file, asset.folder !== undefined, programFile(release, asset), home(project, release));
  }
  return join(home(project, release), asset.folder ?? "");
}

/** Downloads what of the file is not there yet. */
async function have(url: string, asset: Asset, file: string, say: (line: string) => void): Promise<void> {
  // One that is whole has no rest to ask for.
  if (existsSync(file) && (await digestLike(asset.digest, file)) === asset.digest) return;
  const isResumed = existsSync(file);
  await download({ url, file, say });
  const digest = await digestLike(asset.digest, file);
  if (digest === asset.digest) return;
  await rm(file);
  // What was there may have been the beginning of something else.
  if (isResumed) {
    await have(url, asset, file, say);
    return;
  }
  throw new UserError(
    `${url} gave another file, which was deleted: its checksum is ${digest}, not ${asset.digest}.`,
  );
}

function programFile({ name }: Release, { file }: Asset): string {
  return /\.(exe|zip)$/.test(file) ? `${name}.exe` : name;
}

function home(project: Project, { name, version }: Release): string {
  return join(binFolder(project), `${name}-${version}`);
}

function binFolder(project: Project): string {
  return join(ownFolder(project), "bin");
}
