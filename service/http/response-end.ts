import type { ServerResponse } from "node:http";

/** Calls back once an answer is sent or its client has left. */
export function whenAnswered(response: ServerResponse, then: () => void): void {
  if (response.closed) then();
  else response.on("close", then);
}
