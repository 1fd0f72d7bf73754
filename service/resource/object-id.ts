/** Whether a value is the text of an ObjectId: 24 hex digits. Mongoose's own check also accepts any 12 bytes. */
export function isObjectId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{24}$/i.test(value);
}
