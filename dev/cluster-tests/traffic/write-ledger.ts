import type { Client } from "../../../tools/traffic/http-client.ts";

/** A document as the load writes it. */
export interface Entry {
  readonly n: number;
  readonly text: string;
}

interface Acknowledged extends Entry {
  /** When the service said that it is stored. */
  readonly at: number;
  /** What the service said last; unknown after a deletion without an answer. */
  fate: "stored" | "deleted" | "unknown";
}

/** An acknowledged write that is not there, or an acknowledged deletion that is undone. */
export interface Loss {
  readonly id: string;
  /** When the document was acknowledged. */
  readonly at: number;
  readonly what: string;
}

/** One in so many documents may be deleted. */
const deletable = 4;
/** How many documents are looked for at once. */
const searchers = 8;

/** Remembers what the service acknowledged. */
export class Ledger {
  readonly #documents = new Map<string, Acknowledged>();
  /** Those that may be read, and those that may be deleted: a read on its way must find its document. */
  readonly #readable: string[] = [];
  readonly #deletable: string[] = [];

  /** The service acknowledged a document. */
  stored(id: string, entry: Entry, at: number): void {
    this.#documents.set(id, { ...entry, at, fate: "stored" });
    const kept = this.#documents.size % deletable === 0 ? this.#deletable : this.#readable;
    kept.push(id);
  }

  /** Any document that must be there and stays. */
  any(): { id: string; entry: Entry } | undefined {
    const id = this.#readable[Math.floor(Math.random() * this.#readable.length)];
    const entry = id === undefined ? undefined : this.#documents.get(id);
    return id === undefined || entry === undefined ? undefined : { id, entry };
  }

  /** A document that may be deleted, given once. */
  takeForDeletion(): string | undefined {
    return this.#deletable.shift();
  }

  /** The service acknowledged a deletion. */
  deleted(id: string): void {
    this.#setFate(id, "deleted");
  }

  /** A deletion without an answer: the document may be there, or not. */
  unknown(id: string): void {
    this.#setFate(id, "unknown");
  }

  /** How many documents were acknowledged from `from` until `to`. */
  acknowledged(from: number, to: number): number {
    return [...this.#documents.values()].filter(({ at }) => at >= from && at < to).length;
  }

  /**
   * Looks for everything that was acknowledged, when nobody writes any more.
   * @param find gives the document with an id, or undefined where there is none
   */
  async losses(find: (id: string) => Promise<Entry | undefined>): Promise<Loss[]> {
    const losses: Loss[] = [];
    const left = this.#documents.entries();
    await Promise.all(
      Array.from({ length: searchers }, async () => {
        for (const [id, document] of left) {
          const what = difference(document, await find(id));
          if (what !== undefined) losses.push({ id, at: document.at, what });
        }
      }),
    );
    return losses;
  }

  #setFate(id: string, fate: Acknowledged["fate"]): void {
    const document = this.#documents.get(id);
    if (document !== undefined) document.fate = fate;
  }
}

function difference({ n, text, fate }: Acknowledged, found: Entry | undefined): string | undefined {
  if (fate === "unknown") return undefined;
  if (fate === "deleted") return found === undefined ? undefined : "deleted, and there again";
  if (found === undefined) return "lost";
  return found.n === n && found.text === text ? undefined : "changed";
}

/**
 * Reads a document.
 * @throws {Error} when the service does not say whether there is one
 */
export async function findDocument(client: Client, id: string): Promise<Entry | undefined> {
  const { status, json } = await client.ask({ method: "GET", path: `/data/${id}` });
  if (status === 200) return json as Entry;
  if (status === 404) return undefined;
  throw new Error(`GET /data/${id} is answered ${status}: ${JSON.stringify(json)}`);
}
