import { UserError } from "../../tools/process/user-error.ts";

/**
 * Repeats a run until there are enough requests.
 * @param run executes a run, and returns the number of its requests
 * @returns number of all requests
 * @throws {UserError} too few requests after the last run
 */
export async function repeatUntil(
  minRequests: number,
  maxRuns: number,
  run: () => Promise<number>,
): Promise<number> {
  let requests = 0;
  for (let done = 0; done < maxRuns && requests < minRequests; done++) requests += await run();
  if (requests < minRequests)
    throw new UserError(`schemathesis sent ${requests} requests, fewer than ${minRequests}`);
  return requests;
}
