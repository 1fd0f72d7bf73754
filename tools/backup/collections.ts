import type { Db, Document } from "mongodb";
import type { CollectionMetadata } from "./archive-format.ts";

/** A collection of a database, with everything that a restore needs to create it. */
export interface DescribedCollection extends Required<CollectionMetadata> {
  readonly name: string;
  /** `collection`, `view` or `timeseries`. */
  readonly type: string;
}

/** Keeps the types of numbers and the options of regular expressions. */
const exact = { promoteValues: false, bsonRegExp: true } as const;

/** Whether MongoDB itself owns the collection. `system.js` belongs to users. */
export function isOwnCollection(name: string): boolean {
  return name !== "system.js" && (name.startsWith("system.") || name.startsWith("$"));
}

/**
 * Drops a collection. MongoDB doesn't let a user drop `system.js`: deletes its documents instead.
 * @returns whether the collection is gone
 */
export async function dropOrEmpty(db: Db, name: string): Promise<boolean> {
  if (!name.startsWith("system.")) return await db.dropCollection(name);
  await db.collection(name).deleteMany({});
  return false;
}

/** The collections and views of the database, in no particular order. */
export async function describeCollections(db: Db): Promise<DescribedCollection[]> {
  const found = await db.listCollections({}, { nameOnly: false, ...exact }).toArray();
  const described: DescribedCollection[] = [];
  for (const { name, type = "collection", options = {} } of found) {
    if (isOwnCollection(name)) continue;
    // Views have no indexes.
    const indexes = type === "view" ? [] : await db.collection(name).listIndexes(exact).toArray();
    described.push({ name, type, options, indexes });
  }
  return described;
}

/** Names of the collections and views of a database. */
export async function collectionNames(db: Db): Promise<string[]> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  return found.map(({ name }) => name).filter((name) => !isOwnCollection(name));
}

/** Names of the collections that have at least one document. */
export async function filledCollections(db: Db): Promise<string[]> {
  const filled: string[] = [];
  for (const { name, type } of await db.listCollections().toArray()) {
    if (type === "view" || isOwnCollection(name)) continue;
    if ((await db.collection(name).findOne({}, { projection: { _id: 1 } })) !== null) filled.push(name);
  }
  return filled.sort();
}

/** Options that a server reports and rejects. */
const rejectedOptions = ["autoIndexId", "recordIdsReplicated"];

/** Creates a collection or view with its options. */
export async function createCollection(db: Db, name: string, options: Document = {}): Promise<void> {
  const accepted = Object.entries(options).filter(([key]) => !rejectedOptions.includes(key));
  await db.command({ create: name, ...Object.fromEntries(accepted) });
}

/** Creates the indexes of a collection, except the ones that the server creates itself. */
export async function createIndexes(db: Db, name: string, indexes: readonly Document[]): Promise<void> {
  const wanted = indexes.filter((index) => !isIdIndex(index)).map(withoutVersion);
  if (wanted.length === 0) return;
  // An old index may have options that a newer MongoDB would reject.
  await db.command({ createIndexes: name, indexes: wanted, ignoreUnknownIndexOptions: true });
}

function isIdIndex({ key, clustered }: Document): boolean {
  const fields = Object.entries(key as Document);
  return (
    clustered !== undefined || (fields.length === 1 && fields[0]?.[0] === "_id" && Number(fields[0][1]) === 1)
  );
}

/** Without its version, so that MongoDB creates the index in its current version. */
function withoutVersion(index: Document): Document {
  return Object.fromEntries(Object.entries(index).filter(([key]) => key !== "v" && key !== "ns"));
}
