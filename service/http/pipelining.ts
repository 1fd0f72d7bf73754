import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { whenAnswered } from "./response-end.ts";

/**
 * Closes a connection that has more than `maxUnanswered` unanswered requests. Node reads pipelined requests without a
 * limit, and each holds memory before any middleware can reject it.
 */
export function limitPipelining(handle: RequestListener, maxUnanswered: number): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  return function handleUnlessTooMany(request, response) {
    const { socket } = request;
    const count = unanswered.get(socket) ?? 0;
    if (count >= maxUnanswered) socket.destroy();
    // Requests that are already in the parser still arrive.
    if (socket.destroyed) return;
    unanswered.set(socket, count + 1);
    whenAnswered(response, () => {
      unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
    });
    handle(request, response);
  };
}
