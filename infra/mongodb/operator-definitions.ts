import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** Source code that Pulumi runs in its process for dynamic resources. */
export const definitionsProvider = readFileSync(
  join(import.meta.dirname, "definitions-provider.cjs"),
  "utf8",
);

/** Arguments of {@link OperatorDefinitions}. */
export interface OperatorDefinitionsArgs {
  /** The operator's version. */
  readonly version: string;
  /** Kubeconfig context. @default the current one */
  readonly context?: string | undefined;
  /** Identity of the cluster. Another cluster may have older definitions. */
  readonly clusterId?: pulumi.Input<string> | undefined;
}

/**
 * Upgrades the definitions of Percona's resources before the operator, because Helm creates a chart's definitions
 * but never upgrades them. The definitions belong to the cluster. A newer version stays, and `destroy` deletes none
 * of them.
 */
export class OperatorDefinitions extends pulumi.CustomResource {
  constructor(name: string, args: OperatorDefinitionsArgs, opts?: pulumi.CustomResourceOptions) {
    const url = `https://raw.githubusercontent.com/percona/percona-server-mongodb-operator/v${args.version}/deploy/crd.yaml`;
    super(
      "pulumi-nodejs:dynamic/definitions:OperatorDefinitions",
      name,
      { ...args, url, __provider: definitionsProvider },
      opts,
    );
  }
}
