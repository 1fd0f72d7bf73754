import { createRequire } from "node:module";
import type { Db } from "mongodb";

/** What came of an insert of several documents. */
export interface Inserted {
  readonly inserted: number;
  readonly failed: number;
  /** What MongoDB says of the first one that failed. */
  readonly reason?: string;
}

interface DriverInternals {
  /** A value for the field of a command: documents that are sent as they are. */
  readonly makeDocumentSequence: (
    field: string,
    documents: readonly object[],
    bytes: readonly Uint8Array[],
  ) => unknown;
}

/**
 * The driver's own function: no public one sends documents as they were stored. Parsed and written again, a document
 * would lose the order of fields with numeric names, repeated fields, and the type `undefined`.
 */
const { makeDocumentSequence } = createRequire(import.meta.url)(
  "mongodb/lib/cmap/commands.js",
) as DriverInternals;

/**
 * Inserts documents byte by byte as they were stored. One that MongoDB rejects does not keep the others out.
 * @param keepsEmptyTimestamps whether MongoDB is asked not to replace empty timestamps by the current time
 */
export async function insertStored(
  db: Db,
  collection: string,
  documents: readonly Uint8Array[],
  keepsEmptyTimestamps: boolean,
): Promise<Inserted> {
  const answer = await db.command({
    insert: collection,
    documents: makeDocumentSequence(
      "documents",
      documents.map(() => ({})),
      documents,
    ),
    ordered: false,
    ...(keepsEmptyTimestamps ? { bypassEmptyTsReplacement: true } : {}),
    writeConcern: { w: "majority" },
  });
  const errors = (answer.writeErrors ?? []) as readonly { readonly errmsg: string }[];
  const [first] = errors;
  return {
    inserted: Number(answer.n),
    failed: errors.length,
    ...(first === undefined ? {} : { reason: first.errmsg }),
  };
}

/** Whether a server of this version knows the option that keeps an empty timestamp. */
export function canKeepEmptyTimestamps([major = 0, minor = 0, patch = 0]: readonly number[]): boolean {
  return major >= 8 || (major === 7 && minor === 0 && patch >= 13);
}
