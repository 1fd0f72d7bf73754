/** A CycloneDX document, as far as it is looked at. */
export interface Sbom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: object };
  readonly components: readonly { readonly name: string; readonly version: string }[];
  /** Who depends on whom, as `name@version`. */
  readonly dependencies?: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** The service's package.json, as far as it matters here. */
export interface ServicePackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * The document without these packages, which are `name@version`. npm's own `--omit=dev` also leaves out what the service
 * needs where a package of development needs it, too.
 */
export function without(packages: ReadonlySet<string>, sbom: Sbom): Sbom {
  const stays = (id: string) => !packages.has(id);
  const dependencies = sbom.dependencies ?? [];
  return {
    ...sbom,
    components: sbom.components.filter(({ name, version }) => stays(`${name}@${version}`)),
    dependencies: dependencies
      .filter(({ ref }) => stays(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(stays) })),
  };
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
