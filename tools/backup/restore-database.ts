import type { Db } from "mongodb";
import { isLeftOut, parseMetadata, type CollectionEntry } from "./archive-format.ts";
import {
  collectionNames,
  createCollection,
  createIndexes,
  dropOrEmpty,
  isOwnCollection,
} from "./collections.ts";
import { canKeepEmptyTimestamps, insertStored, type Inserted } from "./insert-stored.ts";
import { readArchive, type ArchiveVisitor } from "./read-archive.ts";

/** Limits of one insert. MongoDB has little memory apart from its cache. */
const batchLimit = { documents: 1000, bytes: 1024 ** 2 };

export interface RestoreArgs {
  /** An archive that {@link checkArchive} accepted. */
  readonly file: string;
  /** The database to restore. Collections of the archive's other databases are ignored. */
  readonly db: Db;
  /** Whether to replace existing collections, and to delete those that the archive doesn't have. */
  readonly drop: boolean;
  /** Receives a progress line every second. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Restores the documents of an archive, then the indexes. Without `drop`, existing collections keep their options.
 * @returns how many documents were inserted, and how many failed
 * @throws the driver's error
 */
export async function restoreDatabase({ file, db, drop, say, signal }: RestoreArgs): Promise<Inserted> {
  const restoration = new Restoration(db, drop, await canKeep(db));
  await readArchive(file, restoration, say, signal);
  await restoration.finish();
  return restoration.result;
}

async function canKeep(db: Db): Promise<boolean> {
  const { versionArray } = await db.admin().buildInfo();
  return canKeepEmptyTimestamps(versionArray as number[]);
}

class Restoration implements ArchiveVisitor {
  result: Inserted = { inserted: 0, failed: 0 };
  readonly #db: Db;
  readonly #drop: boolean;
  readonly #keepsEmptyTimestamps: boolean;
  #entries: readonly CollectionEntry[] = [];
  #batch: { collection: string; documents: Uint8Array[]; bytes: number } = emptyBatch("");

  constructor(db: Db, drop: boolean, keepsEmptyTimestamps: boolean) {
    this.#db = db;
    this.#drop = drop;
    this.#keepsEmptyTimestamps = keepsEmptyTimestamps;
  }

  async collections(entries: readonly CollectionEntry[]): Promise<void> {
    this.#entries = entries.filter(
      ({ db, collection }) => db === this.#db.databaseName && !isOwnCollection(collection),
    );
    const existing = new Set(await collectionNames(this.#db));
    for (const { collection } of this.#drop ? this.#entries : []) {
      if (!existing.has(collection)) continue;
      if (await dropOrEmpty(this.#db, collection)) existing.delete(collection);
    }
    // The source of a view may come later in the archive.
    for (const { collection, metadata } of viewsLast(this.#entries)) {
      if (!existing.has(collection))
        await createCollection(this.#db, collection, parseMetadata(metadata).options);
    }
  }

  async document(db: string, collection: string, bytes: Buffer): Promise<void> {
    if (db !== this.#db.databaseName || isLeftOut(collection)) return;
    if (collection !== this.#batch.collection) await this.#insert(collection);
    this.#batch.documents.push(bytes);
    this.#batch.bytes += bytes.length;
    const { documents, bytes: size } = this.#batch;
    if (documents.length >= batchLimit.documents || size >= batchLimit.bytes) await this.#insert(collection);
  }

  /**
   * Inserts the last batch and creates the indexes. With `drop`, deletes the collections that the archive does not have.
   * If MongoDB rejected a document, keeps them, because the archive can't replace these collections.
   */
  async finish(): Promise<void> {
    await this.#insert("");
    for (const { collection, metadata } of this.#entries) {
      await createIndexes(this.#db, collection, parseMetadata(metadata).indexes);
    }
    if (!this.#drop || this.result.failed > 0) return;
    const wanted = new Set(this.#entries.map(({ collection }) => collection));
    for (const name of await collectionNames(this.#db)) {
      if (!wanted.has(name)) await dropOrEmpty(this.#db, name);
    }
  }

  /** Inserts the batch, and starts the next one. */
  async #insert(next: string): Promise<void> {
    const { collection, documents } = this.#batch;
    this.#batch = emptyBatch(next);
    if (documents.length === 0) return;
    const { inserted, failed, reason } = await insertStored(
      this.#db,
      collection,
      documents,
      this.#keepsEmptyTimestamps,
    );
    const { result } = this;
    const first = result.reason ?? reason;
    this.result = {
      inserted: result.inserted + inserted,
      failed: result.failed + failed,
      ...(first === undefined ? {} : { reason: first }),
    };
  }
}

function emptyBatch(collection: string) {
  return { collection, documents: [] as Uint8Array[], bytes: 0 };
}

function viewsLast(entries: readonly CollectionEntry[]): readonly CollectionEntry[] {
  const isView = ({ type }: CollectionEntry) => type === "view";
  return [...entries.filter((entry) => !isView(entry)), ...entries.filter(isView)];
}
