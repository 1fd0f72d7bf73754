import { createRequire } from "node:module";
import type { Db } from "mongodb";

/** The result of inserting several documents. */
export interface Inserted {
  readonly inserted: number;
  readonly failed: number;
  /** MongoDB's message for the first document that failed. */
  readonly reason?: string;
}

interface DriverInternals {
  /** Wraps documents for a command's field, so that the driver sends their bytes unchanged. */
  readonly makeDocumentSequence: (
    field: string,
    documents: readonly object[],
    bytes: readonly Uint8Array[],
  ) => unknown;
}

/**
 * A private function of the driver: no public function sends stored documents unchanged. Parsing and serializing
 * would lose the order of fields with numeric names, repeated fields, and the type `undefined`.
 */
const { makeDocumentSequence } = createRequire(import.meta.url)(
  "mongodb/lib/cmap/commands.js",
) as DriverInternals;

/**
 * Inserts documents byte by byte as they were stored. A rejected document does not stop the others.
 * @param keepsEmptyTimestamps whether MongoDB must not replace empty timestamps with the current time
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

/** Whether this server version has the option to keep empty timestamps. */
export function canKeepEmptyTimestamps([major = 0, minor = 0, patch = 0]: readonly number[]): boolean {
  return major >= 8 || (major === 7 && minor === 0 && patch >= 13);
}
