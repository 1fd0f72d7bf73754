import { UserError } from "../process/user-error.ts";
import { isLeftOut, type CollectionEntry } from "./archive-format.ts";
import { readArchive } from "./read-archive.ts";

/** The contents of a complete and undamaged archive. */
export interface Archive {
  readonly file: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly collections: readonly CollectionEntry[];
  /** Documents by database, without those that a restore leaves out. */
  readonly documents: ReadonlyMap<string, number>;
}

/**
 * Reads an archive to its end without changing the database. Otherwise a restore could fail halfway.
 * @throws {UserError} the archive is missing, has another format, or is cut off or damaged
 */
export async function checkArchive(
  file: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Archive> {
  let collections: readonly CollectionEntry[] = [];
  const documents = new Map<string, number>();
  const visitor = {
    collections: (entries: readonly CollectionEntry[]) => void (collections = entries),
    document(db: string, collection: string) {
      if (!isLeftOut(collection)) documents.set(db, (documents.get(db) ?? 0) + 1);
    },
  };
  const bytes = await readArchive(file, visitor, say, signal);
  return { file, bytes, collections, documents };
}

/**
 * Checks that the archive has collections of this database, or no collections at all.
 * @throws {UserError} the archive has only other databases
 */
export function requireDatabase({ file, collections }: Archive, database: string): void {
  const [first] = collections;
  if (first === undefined || collections.some(({ db }) => db === database)) return;
  throw new UserError(`${file} is an archive of the database ${first.db}, not of ${database}.`);
}
