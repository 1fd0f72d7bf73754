/** A CycloneDX document, as far as it is looked at. */
export interface Sbom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: object };
  readonly components: readonly { readonly name: string; readonly version: string }[];
}

/** The service's package.json, as far as it matters here. */
export interface ServicePackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * The document with the service as its subject: npm names it after the folder.
 * @throws {Error} when a dependency is missing, or one is there that only development needs
 */
export function checkedSbom(
  sbom: Sbom,
  { name, version, dependencies, devDependencies }: ServicePackage,
): Sbom {
  const listed = new Set(sbom.components.map((component) => `${component.name}@${component.version}`));
  const has = ([dependency, exact]: [string, string]) => listed.has(`${dependency}@${exact}`);
  const missing = Object.entries(dependencies).filter((entry) => !has(entry));
  const needless = Object.entries(devDependencies ?? {}).filter(has);
  if (missing.length > 0) throw new Error(`the SBOM lacks ${missing.join(", ")}`);
  if (needless.length > 0)
    throw new Error(`the SBOM has what only development needs: ${needless.join(", ")}`);
  const component = { ...sbom.metadata.component, name, version, purl: undefined };
  return { ...sbom, metadata: { ...sbom.metadata, component } };
}
