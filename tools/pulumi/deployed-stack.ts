import { useInstalled, type Needs } from "../install/missing-programs.ts";
import { findIngressPlace } from "../minikube/ingress-place.ts";
import { stackName, type Project } from "./project-settings.ts";
import { UserError } from "../process/user-error.ts";
import { deployedOutputs, findStack } from "./pulumi-stack.ts";
import type { Place, StackNamespace } from "../status/query-status.ts";
import { webSelector } from "../traffic/web-selector.ts";

/**
 * Finds the stack that the last `up` deployed.
 * @throws {UserError} the stack is not deployed, or not in minikube
 */
export async function findPlace(needs: Needs): Promise<Place> {
  const { project } = needs;
  const { url, ...stack } = await findDeployed(needs);
  return {
    ...stack,
    ...(await reachedAt(project, url)),
    hasExternalMongodb: project.mongo === "external",
  };
}

/**
 * Like {@link findPlace}, with the URL as the stack has it: does not look for an ingress controller.
 * @throws {UserError} as {@link findPlace}
 */
export async function findDeployed(needs: Needs): Promise<StackNamespace & { readonly url: string }> {
  const { project } = needs;
  if (project.cluster !== "minikube") {
    throw new UserError(
      `This command needs minikube, and the stack ${stackName} uses the cluster "${project.cluster}". ` +
        `Run: kubectl get pods --all-namespaces --selector=${webSelector}`,
    );
  }
  await useInstalled(needs);
  const { url, namespace } = await deployedOutputs(await findStack(project));
  return { profile: project.minikubeProfile, namespace, url };
}

/** Like {@link findPlace}, for checks: undefined if nothing is deployed. */
export async function findPlaceIfAny(needs: Needs): Promise<Place | undefined> {
  try {
    return await findPlace(needs);
  } catch {
    return undefined;
  }
}

/**
 * The URL and address to reach the stack from this machine. With an Ingress, the host name at the controller's
 * address and port.
 * @param url the stack's output
 */
export async function reachedAt(project: Project, url: string): Promise<Pick<Place, "url" | "address">> {
  const place = project.expose === "ingress" ? await findIngressPlace(project, url) : undefined;
  return { url: place?.url ?? url, address: place?.address };
}
