import type { Client } from "../../../tools/traffic/http-client.ts";

/** A document that the load writes. */
export interface Entry {
  readonly n: number;
  readonly text: string;
}

interface Acknowledged extends Entry {
  /** Time of the acknowledgement, in milliseconds since the load began. */
  readonly at: number;
  /** State of the last acknowledgement. Unknown after a deletion without an answer. */
  state: "stored" | "deleted" | "unknown";
}

/** An acknowledged write that is missing or changed, or an acknowledged deletion that is undone. */
export interface Loss {
  readonly id: string;
  /** Time of the document's acknowledgement, in milliseconds since the load began. */
  readonly at: number;
  readonly what: string;
}

/** One in this many documents may be deleted. */
const deletable = 4;
/** Number of concurrent searches. */
const concurrency = 8;

/** Records what the service has acknowledged. */
export class Ledger {
  readonly #documents = new Map<string, Acknowledged>();
  /** Documents to read and documents to delete are separate, because an in-flight read must find its document. */
  readonly #readable: string[] = [];
  readonly #deletable: string[] = [];

  /** Records an acknowledged document. */
  stored(id: string, entry: Entry, at: number): void {
    this.#documents.set(id, { ...entry, at, state: "stored" });
    const kept = this.#documents.size % deletable === 0 ? this.#deletable : this.#readable;
    kept.push(id);
  }

  /** Any document that must exist and stays. */
  any(): { id: string; entry: Entry } | undefined {
    const id = this.#readable[Math.floor(Math.random() * this.#readable.length)];
    const entry = id === undefined ? undefined : this.#documents.get(id);
    return id === undefined || entry === undefined ? undefined : { id, entry };
  }

  /** A document that may be deleted. Returns each one exactly once. */
  nextToDelete(): string | undefined {
    return this.#deletable.shift();
  }

  /** Records an acknowledged deletion. */
  deleted(id: string): void {
    this.#setState(id, "deleted");
  }

  /** Records a deletion without an answer: the document may or may not exist. */
  unknown(id: string): void {
    this.#setState(id, "unknown");
  }

  /** Number of documents acknowledged at or after `from` and before `to`. */
  acknowledged(from: number, to: number): number {
    return [...this.#documents.values()].filter(({ at }) => at >= from && at < to).length;
  }

  /**
   * Looks for everything that was acknowledged. Call it when the load has ended.
   * @param find returns the document with an id, or undefined if there is none
   */
  async losses(find: (id: string) => Promise<Entry | undefined>): Promise<Loss[]> {
    const losses: Loss[] = [];
    const left = this.#documents.entries();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (const [id, document] of left) {
          const what = difference(document, await find(id));
          if (what !== undefined) losses.push({ id, at: document.at, what });
        }
      }),
    );
    return losses;
  }

  #setState(id: string, state: Acknowledged["state"]): void {
    const document = this.#documents.get(id);
    if (document !== undefined) document.state = state;
  }
}

function difference({ n, text, state }: Acknowledged, found: Entry | undefined): string | undefined {
  if (state === "unknown") return undefined;
  if (state === "deleted") return found === undefined ? undefined : "deleted, but found again";
  if (found === undefined) return "lost";
  return found.n === n && found.text === text ? undefined : "changed";
}

/**
 * Reads a document.
 * @throws {Error} the answer doesn't show whether the document exists
 */
export async function findDocument(client: Client, id: string): Promise<Entry | undefined> {
  const { status, json } = await client.send({ method: "GET", path: `/data/${id}` });
  if (status === 200) return json as Entry;
  if (status === 404) return undefined;
  throw new Error(`GET /data/${id} answered ${status}: ${JSON.stringify(json)}`);
}
