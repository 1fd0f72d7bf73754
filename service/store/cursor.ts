import { Types } from "mongoose";
import { Problem } from "../http/problem.ts";
import type { StoredDocument } from "./stored-document.ts";

/** Position in the order of documents: the sort key of the previous document. */
export type Position = Pick<StoredDocument, "createdAt" | "_id">;

/** Format of a cursor, for the contract. Every text in this format is a valid cursor. */
export const cursorPattern = "^v1\\.[A-Za-z0-9_-]{24}$";
const cursorText = new RegExp(cursorPattern);

const prefix = "v1.";
/** Bytes of the time in milliseconds. The id's 12 bytes follow, and all 18 fill 24 characters of base64url. */
const timeBytes = 6;
/** End of the year 9999. Some servers that speak MongoDB's protocol support no later date. */
const maxTimeMs = 253_402_300_799_999;

/** Returns the cursor after a document. The cursor stays valid when the document is deleted. */
export function cursorAfter({ createdAt, _id }: Position): string {
  const bytes = Buffer.alloc(timeBytes + 12);
  // A document that another program imported may have no date, or a date before 1970.
  bytes.writeUIntBE(createdAt instanceof Date ? Math.max(0, createdAt.getTime()) : 0, 0, timeBytes);
  bytes.set(_id.id, timeBytes);
  return prefix + bytes.toString("base64url");
}

/**
 * Parses a cursor.
 * @throws {Problem} 400 `invalid_cursor`
 */
export function readCursor(text: unknown): Position {
  if (typeof text !== "string" || !cursorText.test(text)) {
    throw new Problem(
      400,
      "invalid_cursor",
      "`after` is not a valid cursor: follow the `next` link of a page, or omit `after`.",
    );
  }
  const bytes = Buffer.from(text.slice(prefix.length), "base64url");
  return {
    createdAt: new Date(Math.min(bytes.readUIntBE(0, timeBytes), maxTimeMs)),
    _id: new Types.ObjectId(bytes.subarray(timeBytes)),
  };
}
