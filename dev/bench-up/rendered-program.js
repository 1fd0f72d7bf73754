import { runtime } from "@pulumi/pulumi";

// The same program, whose Kubernetes objects become files in the folder $MANIFESTS: what somebody without Pulumi has.
// Pulumi loads it instead of infra/main.js.

/** The stack's outputs. */
export default async () => {
  runtime.registerStackTransformation(({ type, name, opts }) =>
    type === "pulumi:providers:kubernetes" && name === "cluster"
      ? { props: { renderYamlToDirectory: process.env.MANIFESTS }, opts }
      : undefined,
  );
  return { ...(await import("../../infra/index.ts")) };
};
