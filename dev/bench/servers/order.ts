import { Schema } from "mongoose";

/** An order of a shop, with ten fields, as a user of the template would define it. */
export const orderSchema = new Schema({
  number: { type: String, required: true, match: /^A-\d{6}$/ },
  customer: { type: String, required: true, trim: true, maxlength: 200 },
  email: { type: String, required: true, lowercase: true, match: /^[^@\s]+@[^@\s]+$/ },
  status: { type: String, enum: ["open", "paid", "sent"], default: "open" },
  currency: { type: String, enum: ["EUR", "USD"], default: "EUR" },
  total: { type: Number, required: true, min: 0 },
  quantity: { type: Number, min: 1 },
  tags: [String],
  paid: Boolean,
  due: Date,
});
