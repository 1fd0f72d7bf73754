import { checked } from "../../../tools/traffic/checked-request.ts";
import type { Client, ClientRequest } from "../../../tools/traffic/http-client.ts";
import type { Entry, Ledger } from "./write-ledger.ts";
import type { Result } from "../../../tools/traffic/open-loop.ts";

/** Kinds of twenty successive requests: read, write, delete. */
const pattern = "rrrwrrrwrrrwrrrwrwrd";
type Kind = "r" | "w" | "d";

/** Returns a function that sends the next request (a read, a write or a deletion), and checks the answer. */
export function mixedRequests(client: Client, ledger: Ledger, now: () => number): () => Promise<Result> {
  const kinds: Record<Kind, (n: number) => Promise<Result>> = {
    r: (n) => read(client, ledger.any()) ?? kinds.w(n),
    w: (n) => write(client, ledger, n, now),
    d: (n) => remove(client, ledger) ?? kinds.w(n),
  };
  let count = 0;
  return async () => {
    const n = count++;
    return await kinds[pattern.charAt(n % pattern.length) as Kind](n);
  };
}

function read(client: Client, known: ReturnType<Ledger["any"]>): Promise<Result> | undefined {
  if (known === undefined) return undefined;
  const { id, entry } = known;
  return checked(client, { method: "GET", path: `/data/${id}` }, ({ status, json }) => {
    const { n, text } = (json ?? {}) as Partial<Entry>;
    return status === 200 && n === entry.n && text === entry.text;
  });
}

async function write(client: Client, ledger: Ledger, n: number, now: () => number): Promise<Result> {
  const entry = { n, text: `document ${n} `.repeat(10) };
  return await checked(client, { method: "POST", path: "/data", body: entry }, ({ status, json }) => {
    if (status !== 201) return false;
    ledger.stored((json as { _id: string })._id, entry, now());
    return true;
  });
}

function remove(client: Client, ledger: Ledger): Promise<Result> | undefined {
  const id = ledger.nextToDelete();
  return id === undefined ? undefined : removeOne(client, ledger, id);
}

async function removeOne(client: Client, ledger: Ledger, id: string): Promise<Result> {
  const question: ClientRequest = { method: "DELETE", path: `/data/${id}` };
  const result = await checked(client, question, ({ status }) => status === 204);
  if (result.outcome === "ok") ledger.deleted(id);
  else ledger.unknown(id);
  return result;
}
