import { UserError } from "../../tools/process/user-error.ts";

/** A component of a CycloneDX document, as far as it is used here. */
interface Component {
  /** The package's scope. */
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly "bom-ref"?: string;
}

/** A CycloneDX document, as far as it is used here. */
export interface Sbom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** The service's package.json, as far as it is used here. */
export interface ServicePackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * Returns the document with the service as its subject. cyclonedx-npm describes the project, with the service as a
 * component.
 * @throws {UserError} a dependency is missing, or a development dependency is listed
 */
export function serviceSbom(
  sbom: Sbom,
  { name, version, dependencies, devDependencies }: ServicePackage,
): Sbom {
  const listed = new Map(sbom.components.map((component) => [idOf(component), component]));
  const ids = (packages: Readonly<Record<string, string>>) =>
    Object.entries(packages).map(([dependency, exact]) => `${dependency}@${exact}`);
  const missing = ids({ [name]: version, ...dependencies }).filter((id) => !listed.has(id));
  const onlyDevelopment = ids(devDependencies ?? {}).filter((id) => listed.has(id));
  if (missing.length > 0) throw new UserError(`the SBOM lacks ${missing.join(", ")}`);
  if (onlyDevelopment.length > 0)
    throw new UserError(`the SBOM contains development dependencies: ${onlyDevelopment.join(", ")}`);
  const service = listed.get(`${name}@${version}`);
  const project = sbom.metadata.component["bom-ref"];
  return {
    ...sbom,
    metadata: {
      ...sbom.metadata,
      component: { ...sbom.metadata.component, ...service, type: "application" },
    },
    components: sbom.components.filter((component) => component !== service),
    dependencies: sbom.dependencies.filter(({ ref }) => ref !== project),
  } as Sbom;
}

function idOf({ group, name, version }: Component): string {
  return `${group === undefined ? "" : `${group}/`}${name}@${version}`;
}
