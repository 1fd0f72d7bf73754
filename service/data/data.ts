import { Schema } from "mongoose";

/** Any JSON object: clients decide the shape. */
export const dataSchema = new Schema({}, { strict: false });
