import { Schema } from "mongoose";

/** A schema with each type and limit that a resource may have. */
export const everyType = new Schema({
  title: { type: String, required: true, trim: true },
  kind: { type: String, enum: ["a", "b"], default: "a" },
  code: { type: String, match: /^\d+$/ },
  name: { type: String, minlength: 2, maxlength: 4 },
  pages: { type: Number, min: 1, max: 9 },
  small: Schema.Types.Int32,
  rate: Schema.Types.Double,
  done: Boolean,
  when: Date,
  owner: Schema.Types.ObjectId,
  tags: { type: [String], required: true },
  parts: [{ n: Number }],
  counts: { type: Map, of: Number },
  place: { city: String },
  maker: new Schema({ name: { type: String, required: true } }, { _id: false }),
  any: {},
});
