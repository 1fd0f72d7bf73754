import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { policies } from "../../policy/policies.ts";
import type { Registered } from "./mocked-program.ts";

/** Runs every policy as Pulumi would. Returns lines of the form "policy resource: message". */
export async function violations(resources: readonly Registered[]): Promise<string[]> {
  const found: string[] = [];
  const seen = resources.map(({ type, name, inputs }) => ({ type, name, props: inputs, urn: name }));
  for (const policy of policies) {
    if ("validateStack" in policy) {
      const args = { resources: seen as unknown as PolicyResource[] };
      await policy.validateStack(args as never, (message) => found.push(`${policy.name}: ${message}`));
      continue;
    }
    for (const resource of seen) {
      const report = (message: string) => found.push(`${policy.name} ${resource.name}: ${message}`);
      for (const validate of [policy.validateResource].flat()) {
        await validate?.(resource as unknown as ResourceValidationArgs, report);
      }
    }
  }
  return found;
}
