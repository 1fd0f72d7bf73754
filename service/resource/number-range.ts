import type { Schema, SchemaType, Validator } from "mongoose";

/** Adds the validators `min` and `max` to fields of type Int32 and Double. Mongoose has both for Number only. */
export function limitNumbers(schema: Schema): void {
  for (const [name, type] of Object.entries(schema.paths)) {
    limit(type);
    const item = type.getEmbeddedSchemaType();
    if (item === undefined || type.schema !== undefined) continue;
    // Mongoose looks for validators in one of these two types, and validates with the other.
    limit(item);
    limit(schema.path(`${name}.$`));
  }
  for (const child of schema.childSchemas as readonly { schema: Schema }[]) limitNumbers(child.schema);
}

function limit(type: SchemaType): void {
  if (!["Int32", "Double"].includes(type.instance)) return;
  const { min, max } = type.options as { min?: number; max?: number };
  if (min !== undefined)
    add(type, { type: "min", min }, (value) => value >= min, `less than minimum allowed value (${min})`);
  if (max !== undefined)
    add(type, { type: "max", max }, (value) => value <= max, `more than maximum allowed value (${max})`);
}

function add(type: SchemaType, about: Limit, isValid: (value: number) => boolean, text: string): void {
  if (type.validators.some((validator) => validator.type === about.type)) return;
  // Like in Mongoose's validators, `null` is valid. The contract reads the limit from the validator.
  type.validate({
    ...about,
    validator: (value: number | null) => value === null || isValid(value),
    message: `Path \`{PATH}\` ({VALUE}) is ${text}.`,
  } as Validator<unknown>);
}

interface Limit {
  readonly type: "min" | "max";
  readonly min?: number;
  readonly max?: number;
}
