import { findProfile, ingressReach } from "../infra/minikube.ts";
import { useBrought } from "./bring/missing.ts";
import type { Tools } from "./command.ts";
import type { Project } from "./project.ts";
import { Fault } from "./run.ts";
import { findStack, outputs } from "./stack.ts";
import type { Place } from "./status/ask.ts";

/**
 * Where the stack is that the last `up` made.
 * @throws {Fault} there is none, or it is not in a minikube
 */
export async function findPlace(tools: Tools): Promise<Place> {
  const { project } = tools;
  if (project.cluster !== "minikube") {
    throw new Fault(`This is for minikube, and the stack dev has the cluster ${project.cluster}.`);
  }
  await useBrought(tools);
  const stack = await findStack(project);
  if (!stack.exists) throw new Fault("There is no stack dev. Run: npm run up");
  const { url, namespace } = await outputs(stack);
  return {
    profile: project.minikubeProfile,
    url,
    namespace,
    address: await ingressAddress(project),
    hasExternalMongodb: project.mongo === "external",
  };
}

/** Where an Ingress' host name leads, which this machine need not know. */
async function ingressAddress({ expose, minikubeProfile }: Project): Promise<string | undefined> {
  if (expose !== "ingress") return undefined;
  const found = await findProfile(minikubeProfile);
  return found === undefined ? undefined : ingressReach(found).address;
}
