import { RunError } from "@pulumi/pulumi/errors.js";
import { queryKubectl } from "./kubectl-query.ts";

/** An IngressClass: a controller that routes host names. */
export interface IngressClass {
  readonly name: string;
  /** Whether this controller serves an Ingress without a class. */
  readonly isDefault: boolean;
}

/** Class of minikube's ingress addon. */
const addonClass = "nginx";

/** Arguments of kubectl that list the IngressClasses. */
export const classesQuery = ["get", "ingressclasses", "--output", "json"];

/** Parses the IngressClasses that kubectl printed. */
export function classesIn(output: string): IngressClass[] {
  const { items } = JSON.parse(output) as {
    items: { metadata: { name: string; annotations?: Record<string, string> } }[];
  };
  return items.map(({ metadata }) => ({
    name: metadata.name,
    isDefault: metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true",
  }));
}

/** The cluster's IngressClasses. Undefined if kubectl can't list them. */
export async function findIngressClasses(
  context: string | undefined,
): Promise<readonly IngressClass[] | undefined> {
  return await queryKubectl(context, classesQuery, classesIn);
}

/**
 * Whether minikube's addon would serve an Ingress that no controller serves yet.
 * @param className from the configuration. @default the cluster's own choice
 */
export function needsAddon(className: string | undefined, classes: readonly IngressClass[]): boolean {
  return classes.length === 0 ? (className ?? addonClass) === addonClass : className === addonClass;
}

/** Whether a controller serves an Ingress of this class, or one without a class. */
export function isServed(className: string | undefined, classes: readonly IngressClass[]): boolean {
  return classes.some(({ name, isDefault }) => (className === undefined ? isDefault : name === className));
}

/** Returns why no controller serves the Ingress, with the command that fixes it. Undefined if a controller does. */
export function classProblem(
  className: string | undefined,
  classes: readonly IngressClass[],
): string | undefined {
  if (isServed(className, classes)) return undefined;
  const [first, ...others] = classes.map(({ name }) => name);
  const choose = (name: string) => `Run: pulumi config set ingressClass ${name}`;
  if (className === undefined) {
    if (first === undefined) return "The cluster has no IngressClass. Install an ingress controller.";
    if (others.length === 0)
      return `The cluster's only IngressClass, ${first}, is not the default, and ingressClass is not set. ${choose(first)}`;
    return `None of the cluster's IngressClasses is the default, and ingressClass is not set. ${choose(`NAME, one of ${[first, ...others].join(", ")}`)}`;
  }
  if (first === undefined)
    return `The cluster has no IngressClass, and ingressClass is ${className}. Install an ingress controller.`;
  const list = [first, ...others].join(", ");
  return `The cluster has no IngressClass ${className}, only ${list}. ${choose(others.length === 0 ? first : "NAME")}`;
}

/**
 * Requires that minikube has a controller for the Ingress: its addon or another one.
 * @param classes undefined if kubectl can't list them
 * @param hasAddon whether minikube's addon is enabled
 * @throws {RunError} the problem, and the command that fixes it
 */
export function requireController(
  className: string | undefined,
  classes: readonly IngressClass[] | undefined,
  { profile, hasAddon }: { readonly profile: string; readonly hasAddon: boolean },
): void {
  if (classes === undefined ? hasAddon : isServed(className, classes)) return;
  if (classes !== undefined && !needsAddon(className, classes)) {
    throw new RunError(classProblem(className, classes) ?? "");
  }
  // The addon's class appears a moment after the addon is enabled.
  if (hasAddon) return;
  throw new RunError(
    `The Ingress needs minikube's ingress addon, which is disabled. Run: minikube addons enable ingress -p ${profile}`,
  );
}
