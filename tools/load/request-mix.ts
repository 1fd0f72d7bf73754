import { checked } from "../traffic/checked-request.ts";
import type { Client } from "../traffic/http-client.ts";
import type { Result } from "../traffic/open-loop.ts";

/** Repeating patterns of requests: read the page (r), write a document (w), delete the oldest written one (d). */
export const mixes = { read: "r", write: "wd", mixed: "rrrwrrrd" } as const;

/** Name of a pattern. */
export type Mix = keyof typeof mixes;
type Kind = "r" | "w" | "d";

export interface Requests {
  /** Sends the next request and checks its answer. */
  send(): Promise<Result>;
  /** Deletes the remaining documents of the load. Returns how many may be left. */
  clean(): Promise<number>;
}

const deleters = 8;

/** Sends requests to `/data`, and deletes the written documents. So a load can't fill the database. */
export function dataRequests(client: Client, mix: Mix): Requests {
  const pattern = mixes[mix];
  const stored: string[] = [];
  let count = 0;
  let unanswered = 0;

  const kinds: Record<Kind, () => Promise<Result>> = {
    r: () => checked(client, { method: "GET", path: "/data" }, ({ status }) => status === 200),
    w: write,
    d: () => {
      const id = stored.shift();
      return id === undefined ? write() : remove(id);
    },
  };
  async function write(): Promise<Result> {
    const body = {
      writtenBy: "npm run load",
      n: count,
      text: "The quick brown fox jumps over the lazy dog.",
    };
    const result = await checked(client, { method: "POST", path: "/data", body }, ({ status, json }) => {
      if (status === 201) stored.push((json as { _id: string })._id);
      return status === 201;
    });
    if (result.outcome === "broken") unanswered++;
    return result;
  }
  async function remove(id: string): Promise<Result> {
    const path = `/data/${id}`;
    const result = await checked(client, { method: "DELETE", path }, ({ status }) => status === 204);
    // The document may still exist: `clean` tries again.
    if (result.outcome !== "ok") stored.push(id);
    return result;
  }

  return {
    send: () => kinds[pattern.charAt(count++ % pattern.length) as Kind](),
    async clean() {
      const left = stored.splice(0).values();
      let kept = 0;
      const deleter = async () => {
        for (const id of left) {
          const request = { method: "DELETE", path: `/data/${id}` } as const;
          const { outcome } = await checked(client, request, ({ status }) => [204, 404].includes(status));
          if (outcome !== "ok") kept++;
        }
      };
      await Promise.all(Array.from({ length: deleters }, deleter));
      return kept + unanswered;
    },
  };
}
