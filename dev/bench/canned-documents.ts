import { mongo } from "mongoose";

const { serialize, ObjectId } = mongo.BSON;

/** The id in the templates. No other field contains its bytes. */
const placeholder = new ObjectId("c0ffeec0ffeec0ffeec0ffee");

/** A JSON object like those that the benchmark's clients send. */
const text = {
  name: "Ada Lovelace",
  text: "The quick brown fox jumps over the lazy dog.",
  tags: ["canned", "benchmark"],
  n: 42,
};

/** For each collection, the document that is found by an id, without that id. */
const documents: Readonly<Record<string, object>> = {
  data: { createdAt: new Date(Date.UTC(2026, 0, 1)), ...text },
  orders: {
    number: "A-100042",
    customer: "Ada Lovelace",
    email: "ada@example.com",
    status: "paid",
    currency: "EUR",
    total: 99.5,
    quantity: 3,
    tags: ["gift", "express"],
    paid: true,
    due: new Date(Date.UTC(2026, 5, 1)),
    createdAt: new Date(Date.UTC(2026, 0, 1)),
  },
};

/** A page of the default size, newest first. */
const page = Array.from({ length: 20 }, (_, i) => ({
  _id: new ObjectId(),
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 20 - i)),
  ...text,
  name: `Document number ${i}`,
  n: i,
}));

/** BSON of a cursor with a single batch. */
function batch(firstBatch: readonly object[]): Buffer {
  return Buffer.from(serialize({ cursor: { firstBatch, id: mongo.Long.ZERO, ns: "app.data" }, ok: 1 }));
}

const defaultPage = batch(page);
const templates = new Map<string, { readonly bytes: Buffer; readonly offsets: readonly number[] }>();

/** The parts of a `find` command that decide the answer. */
export interface Find {
  readonly find: string;
  readonly filter?: { readonly _id?: unknown };
}

/** BSON of the answer: the documents with the requested ids, or a page if the command has no id. */
export function answerFind({ find, filter }: Find): Buffer {
  const ids = idsOf(filter?._id);
  if (ids === undefined) return defaultPage;
  const { bytes, offsets } = template(find, ids.length);
  const answer = Buffer.from(bytes);
  ids.forEach((id, i) => {
    answer.set(id.id, offsets[i]);
  });
  return answer;
}

function idsOf(requested: unknown): mongo.ObjectId[] | undefined {
  if (requested instanceof ObjectId) return [requested];
  return (requested as { $in?: mongo.ObjectId[] } | undefined)?.$in;
}

/** Serializes each template only once, because the database must be faster than every measured server. */
function template(collection: string, count: number) {
  const key = `${collection} ${count}`;
  let found = templates.get(key);
  if (found === undefined) {
    const document = { _id: placeholder, ...documents[collection] };
    const bytes = batch(Array<object>(count).fill(document));
    found = { bytes, offsets: positions(bytes, placeholder.id) };
    templates.set(key, found);
  }
  return found;
}

function positions(bytes: Buffer, wanted: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) found.push(at);
  return found;
}
