import { checked } from "../traffic/checked-request.ts";
import type { Client } from "../traffic/http-client.ts";
import type { Result } from "../traffic/open-loop.ts";

/** What requests in a row are: a page is read, a document written, or the oldest of those that were written deleted. */
export const mixes = { read: "r", write: "wd", mixed: "rrrwrrrd" } as const;

/** Name of a row. */
export type Mix = keyof typeof mixes;
type Kind = "r" | "w" | "d";

/** The requests of a load. */
export interface Requests {
  /** Sends the next one and checks its answer. */
  send(): Promise<Result>;
  /** Deletes what it wrote and is still there. Gives how many documents may be left. */
  clean(): Promise<number>;
}

const deleters = 8;

/**
 * Asks `/data`. What is written is deleted again: the load leaves the database as it was, and can't fill it.
 */
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
    // It may be there: it is looked for in the end.
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
          const question = { method: "DELETE", path: `/data/${id}` } as const;
          const { outcome } = await checked(client, question, ({ status }) => [204, 404].includes(status));
          if (outcome !== "ok") kept++;
        }
      };
      await Promise.all(Array.from({ length: deleters }, deleter));
      return kept + unanswered;
    },
  };
}
