/** Entry of one package in package-lock.json. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  /** Whether only development needs the package. */
  readonly dev?: boolean;
  /** Whether the package is a folder of this project. */
  readonly link?: boolean;
}

/** The packages of package-lock.json, by path. */
export type Lockfile = Readonly<Record<string, LockedPackage>>;

/** Licences that require no more than their text. */
const licences = new Set(
  "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BlueOak-1.0.0 CC-BY-3.0 CC0-1.0 ISC MIT PSF-2.0 Python-2.0 Unlicense".split(
    " ",
  ),
);

/** Packages whose licence a person has read, because package.json only points to the licence. */
const read = new Set(["@logdna/tail-file@2.2.0" /* MIT */]);

/** Returns a line for each production package whose licence is not in the list. */
export function otherLicences(packages: Lockfile): string[] {
  return installed(packages)
    .filter(([, { dev }]) => dev !== true)
    .filter(([name, { version = "", license }]) => !read.has(`${name}@${version}`) && !isAllowed(license))
    .map(([name, { version, license }]) => `${name} ${version ?? ""}: ${license ?? "no licence"}`);
}

/** Returns a line for each package with an install script that `allowScripts` neither allows nor forbids. */
export function unknownScripts(
  packages: Lockfile,
  allowScripts: Readonly<Record<string, boolean>>,
): string[] {
  return installed(packages)
    .filter(([name, { hasInstallScript }]) => hasInstallScript === true && !Object.hasOwn(allowScripts, name))
    .map(([name, { version }]) => `${name} ${version ?? ""}`);
}

/** Packages that don't belong to the project, by name. */
function installed(packages: Lockfile): [string, LockedPackage][] {
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && link !== true)
    .map(([path, locked]) => [path.split("node_modules/").at(-1) ?? path, locked]);
}

/** Whether an SPDX expression is allowed: all licences of an AND, one licence of an OR. */
function isAllowed(expression = ""): boolean {
  const text = expression.replace(/^\((.*)\)$/, "$1");
  if (text.includes(" OR ")) return text.split(" OR ").some(isAllowed);
  return text.split(" AND ").every((licence) => licences.has(licence));
}
