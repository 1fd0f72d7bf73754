import { plain } from "./plain-inputs.ts";

/** The API version and kind of an object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Model {
  validate(): void;
}

/**
 * Returns the problem that the Kubernetes API's schema finds in an object, or undefined. For a kind that is not
 * Kubernetes' own, only the cluster has the schema.
 */
export async function schemaProblem(manifest: Manifest): Promise<string | undefined> {
  const { apiVersion, kind } = manifest;
  if (isForeign(apiVersion)) return undefined;
  const models = (await import(`kubernetes-models/${apiVersion}/${kind}`)) as Record<
    string,
    new (data: unknown) => Model
  >;
  const Kind = models[kind];
  if (Kind === undefined) return `there is no ${apiVersion} ${kind}`;
  try {
    new Kind(plain(manifest)).validate();
    return undefined;
  } catch (error) {
    return `${apiVersion} ${kind}: ${(error as Error).message}`;
  }
}

/** Kubernetes' own groups have no dot, or end in k8s.io. */
function isForeign(apiVersion: string): boolean {
  const [group = "", version] = apiVersion.split("/");
  return version !== undefined && group.includes(".") && !group.endsWith("k8s.io");
}
