import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { whenAnswered } from "./response-end.ts";

/**
 * Ends a connection that has more than `most` unanswered requests: each of them holds memory before anything can
 * reject it. Node itself reads pipelined requests without a limit.
 */
export function limitPipelining(handle: RequestListener, most: number): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  return function handleUnlessTooMany(request, response) {
    const { socket } = request;
    const count = unanswered.get(socket) ?? 0;
    if (count >= most) socket.destroy();
    // The requests that are already in the parser still come.
    if (socket.destroyed) return;
    unanswered.set(socket, count + 1);
    whenAnswered(response, () => {
      unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
    });
    handle(request, response);
  };
}
