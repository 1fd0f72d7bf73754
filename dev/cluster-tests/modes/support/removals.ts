import type { Remove } from "./installed-objects.ts";

/**
 * Runs all removals, the last one first, also after one of them has failed.
 * @throws {AggregateError} with all errors. Its message has theirs
 */
export async function removeAll(removals: readonly Remove[]): Promise<void> {
  const errors: unknown[] = [];
  for (const remove of removals.toReversed()) {
    await remove().catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join("\n"));
}

/**
 * Has things removed after the suite, with {@link removeAll}. Call it inside the suite.
 * @returns where the suite puts a removal for each thing that it has created
 */
export function removeAfter(): Remove[] {
  const removals: Remove[] = [];
  after(() => removeAll(removals));
  return removals;
}
