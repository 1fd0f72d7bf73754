/** What package-lock.json says of one package. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  /** Whether only development needs it. */
  readonly dev?: boolean;
  /** Whether it is a folder of this project. */
  readonly link?: boolean;
}

/** The packages of package-lock.json, by path. */
export type Lockfile = Readonly<Record<string, LockedPackage>>;

/** Licences that ask for no more than their text. */
const licences = new Set(
  "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BlueOak-1.0.0 CC-BY-3.0 CC0-1.0 ISC MIT PSF-2.0 Python-2.0 Unlicense".split(
    " ",
  ),
);

/** Packages whose licence was read by a person, because package.json only points to it. */
const read = new Set(["@logdna/tail-file@2.2.0" /* MIT */]);

/** The packages that production needs and whose licence is not one of those that ask for nothing, a line each. */
export function otherLicences(packages: Lockfile): string[] {
  return installed(packages)
    .filter(([, { dev }]) => dev !== true)
    .filter(([name, { version = "", license }]) => !read.has(`${name}@${version}`) && !isAllowed(license))
    .map(([name, { version, license }]) => `${name} ${version ?? ""}: ${license ?? "no licence"}`);
}

/** The packages with an install script that package.json's `allowScripts` neither allows nor forbids. */
export function unknownScripts(
  packages: Lockfile,
  allowScripts: Readonly<Record<string, boolean>>,
): string[] {
  return installed(packages)
    .filter(([name, { hasInstallScript }]) => hasInstallScript === true && !Object.hasOwn(allowScripts, name))
    .map(([name, { version }]) => `${name} ${version ?? ""}`);
}

/** Packages that are not the project's own, by name. */
function installed(packages: Lockfile): [string, LockedPackage][] {
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && link !== true)
    .map(([path, locked]) => [path.split("node_modules/").at(-1) ?? path, locked]);
}

/** An SPDX expression of allowed licences: all of an AND, one of an OR. */
function isAllowed(expression = ""): boolean {
  const text = expression.replace(/^\((.*)\)$/, "$1");
  if (text.includes(" OR ")) return text.split(" OR ").some(isAllowed);
  return text.split(" AND ").every((licence) => licences.has(licence));
}
