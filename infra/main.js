// Plain JavaScript, so that an older Node, too, can read it and say what is wrong.
import { RunError } from "@pulumi/pulumi";

const [major] = process.versions.node.split(".");

if (Number(major) < 24) {
  throw new RunError(
    `Node 24 or newer is needed, and this is ${process.versions.node}. ` +
      "The project has its own: run Pulumi as `npm run pulumi -- up`.",
  );
}

// Pulumi looks up a source map for each line of each stack trace, and takes one for every promise. Node's own traces
// have the program's lines as they are written: its types are stripped in place.
Error.prepareStackTrace = undefined;

/** The stack's outputs. */
export default async () => ({ ...(await import("./index.ts")) });
