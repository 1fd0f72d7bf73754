// Plain JavaScript, so that an older Node can run this file and print the error.
import { RunError } from "@pulumi/pulumi";

const [major] = process.versions.node.split(".");

if (Number(major) < 24) {
  throw new RunError(
    `Node 24 or newer is needed, and this is ${process.versions.node}. ` +
      "To use the project's own Node, run: npm run pulumi -- up",
  );
}

/** The stack's outputs. */
export default async () => ({ ...(await import("./index.ts")) });
