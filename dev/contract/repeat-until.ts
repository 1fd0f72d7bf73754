import { UserError } from "../../tools/process/user-error.ts";

/**
 * Repeats a run until there were so many requests.
 * @param run one of them; gives its requests
 * @returns how many there were
 * @throws {UserError} they were too few after the last run
 */
export async function repeatUntil(
  least: number,
  mostRuns: number,
  run: () => Promise<number>,
): Promise<number> {
  let requests = 0;
  for (let done = 0; done < mostRuns && requests < least; done++) requests += await run();
  if (requests < least) throw new UserError(`${requests} requests are fewer than ${least}`);
  return requests;
}
