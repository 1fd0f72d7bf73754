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
type Send = (path: string, body?: object) => Promise<Answer>;

const checks: Record<Workload, (send: Send) => Promise<unknown>> = {
  async hot(send) {
    const { status, json } = await send("/data?limit=20");
    const names = (json as { name: string }[]).map(({ name }) => name);
    same([status, names], [200, Array.from({ length: 20 }, (_, i) => `Document number ${i}`)]);
  },
  byId: (send) => reads(send, "/data", { ...document, tags: ["canned", "benchmark"] }),
  insert: (send) => inserts(send, "/data", (i) => ({ ...document, n: i })),
  async mix(send) {
    await Promise.all([checks.byId(send), checks.insert(send)]);
  },
  async schemaInsert(send) {
    await inserts(send, "/orders", (i) => ({ ...order, quantity: i + 1 }), { currency: "EUR" });
    const { status } = await send("/orders", { ...order, total: -1, email: "none" });
    if (status < 400 || status > 499) throw new UserError(`answers ${status} to an invalid order`);
  },
  schemaRead: (send) => reads(send, "/orders", { ...order, currency: "EUR" }),
};

/**
 * Checks a server's answers, because a server with errors or wrong documents is fast, too.
 * @throws {UserError} with the server's name and the answer
 */
export async function checkAnswers({ name, url }: Running, served: readonly Workload[]): Promise<void> {
  const send: Send = async (path, body) => {
    const post = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    const attempt = () => fetch(`${url}${path}`, body === undefined ? {} : post);
    let response = await attempt();
    // On a busy machine, the first requests of a process may exceed the service's deadline.
    for (let i = 0; response.status === 503 && i < retries; i++) response = await attempt();
    return { status: response.status, json: await response.json() };
  };
  for (const workload of served) {
    await checks[workload](send).catch((error: unknown) => {
      throw new UserError(`${name}, ${workload}: ${(error as Error).message}`, { cause: error });
    });
  }
}

async function reads(send: Send, path: string, expected: object): Promise<void> {
  const wanted = ids.slice(-concurrent);
  const answers = await Promise.all(wanted.map((id) => send(`${path}/${id}`)));
  answers.forEach(({ status, json }, i) => {
    same([status, partOf(json, { _id: "", ...expected })], [200, { _id: wanted[i], ...expected }]);
  });
}

async function inserts(
  send: Send,
  path: string,
  bodyOf: (i: number) => object,
  defaults = {},
): Promise<void> {
  const bodies = Array.from({ length: concurrent }, (_, i) => bodyOf(i));
  const answers = await Promise.all(bodies.map((body) => send(path, body)));
  answers.forEach(({ status, json }, i) => {
    const expected = { ...bodies[i], ...defaults };
    same([status, partOf(json, expected)], [201, expected]);
  });
  const stored = new Set(answers.map(({ json }) => (json as { _id: string })._id));
  if (stored.size !== concurrent)
    throw new UserError(`${concurrent} inserts have ${stored.size} different ids`);
}

/** The fields of an answer that the expected object has. */
function partOf(json: unknown, expected: object): object {
  return Object.fromEntries(
    Object.keys(expected).map((key) => [key, (json as Record<string, unknown>)[key]]),
  );
}

function same(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new UserError(`answers ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}
