import type { Request } from "autocannon";

/** Workloads with their descriptions. The key is the name in the figures. */
export const workloads = {
  hot: "one hot page",
  byId: "reads by id",
  insert: "inserts",
  mix: "80 % reads by id, 20 % inserts",
  schemaInsert: "inserts of a schema",
  schemaRead: "reads by id of a schema",
} as const;
export type Workload = keyof typeof workloads;

/** Ids of the documents to read. */
export const ids = Array.from({ length: 10_000 }, (_, i) => `69${i.toString(16).padStart(22, "0")}`);

/** Body of an insert. */
export const document = {
  name: "Ada Lovelace",
  text: "The quick brown fox jumps over the lazy dog.",
  tags: ["a", "b"],
  n: 42,
};

/** Body of an insert into the resource with a schema. The server adds the default of `currency`. */
export const order = {
  number: "A-100042",
  customer: "Ada Lovelace",
  email: "ada@example.com",
  status: "paid",
  total: 99.5,
  quantity: 3,
  tags: ["gift", "express"],
  paid: true,
  due: "2026-06-01T00:00:00.000Z",
};

const hotPage: Request = { method: "GET", path: "/data?limit=20" };
const insert = post("/data", document);
const schemaInsert = post("/orders", order);

function post(path: string, body: object): Request {
  return {
    method: "POST",
    path,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
}

/** Reads of different documents, prepared for all clients of a measurement together. */
const preparedReads = 4096;

/**
 * The requests that a client repeats. Clients read different documents.
 * @param clients number of clients
 * @param known ids of the documents to read. @default those of the canned database
 * @param random chooses the client's first request. @default Math.random
 */
export function requestsOf(
  workload: Workload,
  clients: number,
  known: readonly string[] = ids,
  random = Math.random,
): Request[] {
  if (workload === "hot") return [hotPage];
  if (workload === "insert") return [insert];
  if (workload === "schemaInsert") return [schemaInsert];
  const begin = Math.floor(random() * known.length);
  const path = workload === "schemaRead" ? "/orders" : "/data";
  const reads = Array.from({ length: Math.ceil(preparedReads / clients) }, (_, i): Request => {
    return { method: "GET", path: `${path}/${known[(begin + i) % known.length] ?? ""}` };
  });
  return workload === "mix" ? withInserts(reads, random) : reads;
}

/**
 * Inserts a document after every four reads. Clients start at different requests, so both kinds are always in flight.
 */
function withInserts(reads: readonly Request[], random: () => number): Request[] {
  const phase = Math.floor(random() * 5);
  return reads.map((read, i) => (i % 5 === phase ? insert : read));
}
