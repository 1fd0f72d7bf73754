import { runtime } from "@pulumi/pulumi";

// Runs the same program, but renders its Kubernetes objects into the folder $MANIFESTS, for use without Pulumi.
// Pulumi loads this file instead of infra/main.js.

/** The stack's outputs. */
export default async () => {
  runtime.registerStackTransformation(({ type, name, opts }) =>
    type === "pulumi:providers:kubernetes" && name === "cluster"
      ? { props: { renderYamlToDirectory: process.env.MANIFESTS }, opts }
      : undefined,
  );
  return { ...(await import("../../infra/index.ts")) };
};
