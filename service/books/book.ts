import { Schema } from "mongoose";

/** A book of a library. */
export const bookSchema = new Schema({
  title: { type: String, required: true, trim: true },
  author: { type: String, required: true, trim: true },
  isbn: { type: String, match: /^\d{13}$/, unique: true, sparse: true },
  pages: { type: Number, min: 1 },
  binding: { type: String, enum: ["hardcover", "paperback"], default: "paperback" },
  published: Date,
  subjects: [String],
});
