import type { IncomingMessage } from "node:http";
import { Problem } from "./problem.ts";
import { endRead } from "./request-body.ts";

/** Bytes per millisecond below which an upload is slow. At this rate, the largest body takes five seconds. */
const minBytesPerMs = 20;

/** Uploads that a route waits for. */
export interface Uploads {
  /** Tracks an upload until its body is read. Resolves and rejects like `body`. */
  track<Body>(request: IncomingMessage, body: Promise<Body>): Promise<Body>;
  /** Ends slow uploads with 408 `request_timeout`. */
  readonly endSlow: () => void;
}

/**
 * Tracks uploads without a timer.
 * @param graceMs time in milliseconds in which no upload is slow
 */
export function trackUploads(graceMs: number): Uploads {
  /** Oldest first, with the bytes that the connection had received before. */
  const uploads = new Map<IncomingMessage, { readonly since: number; readonly bytesBefore: number }>();
  return {
    async track(request, body) {
      uploads.set(request, { since: performance.now(), bytesBefore: request.socket.bytesRead });
      try {
        return await body;
      } finally {
        uploads.delete(request);
      }
    },
    endSlow() {
      const now = performance.now();
      for (const [request, { since, bytesBefore }] of uploads) {
        const ms = now - since;
        if (ms < graceMs) return;
        const bytes = request.socket.bytesRead - bytesBefore;
        if (!request.complete && bytes < ms * minBytesPerMs) endRead(request, tooSlow());
      }
    },
  };
}

function tooSlow(): Problem {
  const detail = "The body arrived too slowly while other requests waited: try again in a moment.";
  // The rest of the body is not read, so the connection can't be reused.
  return new Problem(408, "request_timeout", detail, { headers: { Connection: "close" } });
}
