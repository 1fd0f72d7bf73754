import type { ServerResponse } from "node:http";

/** Calls back when an answer is sent, or its client has left: what is done then, nobody waits for. */
export function whenAnswered(response: ServerResponse, then: () => void): void {
  if (response.closed) then();
  else response.once("close", then);
}
