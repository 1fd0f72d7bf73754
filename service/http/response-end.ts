import type { ServerResponse } from "node:http";

/** Calls `then` once the answer is sent or the connection is closed. */
export function whenAnswered(response: ServerResponse, then: () => void): void {
  if (response.closed) then();
  else response.on("close", then);
}
