import { expect } from "chai";

/**
 * Asserts an RFC 9457 problem with this status and code, and without internal details of the server.
 * @param detail the exact sentence. @default any
 */
export async function expectProblem(
  response: Response,
  status: number,
  code: string,
  detail?: string,
): Promise<void> {
  const text = await response.text();
  expect(response.status, text).to.equal(status);
  expect(response.headers.get("Content-Type")).to.equal("application/problem+json");
  const problem = JSON.parse(text) as Record<string, unknown>;
  expect(problem).to.include({ status, code });
  if (detail !== undefined) expect(problem.detail).to.equal(detail);
  expect(problem.requestId).to.equal(response.headers.get("X-Request-Id"));
  expect(text).not.to.match(/\n\s+at |node_modules|\.ts:/);
}
