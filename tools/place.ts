import { useBrought } from "./bring/missing.ts";
import type { Tools } from "./command.ts";
import { Fault } from "./run.ts";
import { findStack, outputs } from "./stack.ts";
import type { Place } from "./status/ask.ts";

/**
 * Where the stack is that the last `up` made.
 * @throws {Fault} there is none
 */
export async function findPlace(tools: Tools): Promise<Place> {
  const { project } = tools;
  await useBrought(tools);
  const stack = await findStack(project);
  if (!stack.exists) throw new Fault("There is no stack dev. Run: npm run up");
  const { url, namespace } = await outputs(stack);
  return { profile: project.minikubeProfile, url, namespace };
}
