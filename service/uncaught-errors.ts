import { pino } from "pino";
import { UnsupportedSchemaError } from "./resource/supported-schema.ts";

/** Node itself would print lines of the minified bundle and the stack: many lines, and the cause in the middle. */
process.on("uncaughtException", (err) => {
  // `npm run status` reads the fields `faults` and `err`.
  if (err instanceof UnsupportedSchemaError) pino().fatal({ faults: [err.message] }, "unsupported schema");
  else pino().fatal({ err }, "uncaught error");
  process.exit(1);
});
