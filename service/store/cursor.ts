import { Types } from "mongoose";
import { Problem } from "../http/problem.ts";
import type { StoredDocument } from "./stored-document.ts";

/** A place in the order of documents: the sort key of the document before it. */
export type Position = Pick<StoredDocument, "createdAt" | "_id">;

/** What a cursor looks like, for the contract. Every text of this form is a cursor. */
export const cursorPattern = "^v1\\.[A-Za-z0-9_-]{24}$";
const cursorText = new RegExp(cursorPattern);

const prefix = "v1.";
/** Bytes of the milliseconds; the 12 of the id follow. Together they fill 24 characters of base64url. */
const timeBytes = 6;
/** The end of the year 9999: some servers that speak MongoDB's protocol hold no later date. */
const latest = 253_402_300_799_999;

/** The cursor that continues after this document. It needs no document: it stays valid when this one is deleted. */
export function cursorAfter({ createdAt, _id }: Position): string {
  const bytes = Buffer.alloc(timeBytes + 12);
  // A document that another program imported may have no date, or one before 1970.
  bytes.writeUIntBE(createdAt instanceof Date ? Math.max(0, createdAt.getTime()) : 0, 0, timeBytes);
  bytes.set(_id.id, timeBytes);
  return prefix + bytes.toString("base64url");
}

/**
 * Reads a cursor.
 * @throws {Problem} 400 `invalid_cursor`
 */
export function readCursor(text: unknown): Position {
  if (typeof text !== "string" || !cursorText.test(text)) {
    throw new Problem(
      400,
      "invalid_cursor",
      "`after` is not a cursor of this version: follow the `next` link of a page, or start at the first page.",
    );
  }
  const bytes = Buffer.from(text.slice(prefix.length), "base64url");
  return {
    createdAt: new Date(Math.min(bytes.readUIntBE(0, timeBytes), latest)),
    _id: new Types.ObjectId(bytes.subarray(timeBytes)),
  };
}
