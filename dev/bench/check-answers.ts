import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../tools/process/user-error.ts";
import type { Running } from "./start-contender.ts";
import { document, ids, order, type Workload } from "./workloads.ts";

/** Concurrent requests, which also check the requests that a server sends to MongoDB together. */
const concurrent = 16;

const retries = 5;

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** Sends a GET request to a path, or a POST request if there is a body. */
type Ask = (path: string, body?: object) => Promise<Answer>;

const checks: Record<Workload, (ask: Ask) => Promise<unknown>> = {
  async hot(ask) {
    const { status, json } = await ask("/data?limit=20");
    const names = (json as { name: string }[]).map(({ name }) => name);
    same([status, names], [200, Array.from({ length: 20 }, (_, i) => `Document number ${i}`)]);
  },
  byId: (ask) => reads(ask, "/data", { ...document, tags: ["canned", "benchmark"] }),
  insert: (ask) => inserts(ask, "/data", (i) => ({ ...document, n: i })),
  async mix(ask) {
    await Promise.all([checks.byId(ask), checks.insert(ask)]);
  },
  async schemaInsert(ask) {
    await inserts(ask, "/orders", (i) => ({ ...order, quantity: i + 1 }), { currency: "EUR" });
    const { status } = await ask("/orders", { ...order, total: -1, email: "none" });
    if (status < 400 || status > 499)
      throw new UserError(`it answers an order that is invalid with ${status}`);
  },
  schemaRead: (ask) => reads(ask, "/orders", { ...order, currency: "EUR" }),
};

/**
 * Checks a server's answers, because a server with errors or wrong documents is fast, too.
 * @throws {UserError} with the server's name and the answer
 */
export async function checkAnswers({ name, url }: Running, asked: readonly Workload[]): Promise<void> {
  const ask: Ask = async (path, body) => {
    const post = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    const send = () => fetch(`${url}${path}`, body === undefined ? {} : post);
    let response = await send();
    // On a busy machine, the first requests of a process may exceed the service's deadline.
    for (let i = 0; response.status === 503 && i < retries; i++) response = await send();
    return { status: response.status, json: await response.json() };
  };
  for (const workload of asked) {
    await checks[workload](ask).catch((error: unknown) => {
      throw new UserError(`${name}, ${workload}: ${(error as Error).message}`, { cause: error });
    });
  }
}

async function reads(ask: Ask, path: string, expected: object): Promise<void> {
  const wanted = ids.slice(-concurrent);
  const answers = await Promise.all(wanted.map((id) => ask(`${path}/${id}`)));
  answers.forEach(({ status, json }, i) => {
    same([status, partOf(json, { _id: "", ...expected })], [200, { _id: wanted[i], ...expected }]);
  });
}

async function inserts(ask: Ask, path: string, bodyOf: (i: number) => object, defaults = {}): Promise<void> {
  const bodies = Array.from({ length: concurrent }, (_, i) => bodyOf(i));
  const answers = await Promise.all(bodies.map((body) => ask(path, body)));
  answers.forEach(({ status, json }, i) => {
    const expected = { ...bodies[i], ...defaults };
    same([status, partOf(json, expected)], [201, expected]);
  });
  const stored = new Set(answers.map(({ json }) => (json as { _id: string })._id));
  if (stored.size !== concurrent) throw new UserError(`${concurrent} inserts have ${stored.size} ids`);
}

/** The fields of an answer that the expected object has. */
function partOf(json: unknown, expected: object): object {
  return Object.fromEntries(
    Object.keys(expected).map((key) => [key, (json as Record<string, unknown>)[key]]),
  );
}

function same(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new UserError(`it answers ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}
