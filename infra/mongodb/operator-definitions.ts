import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** The text that Pulumi's process of dynamic resources runs. */
export const definitionsProvider = readFileSync(
  join(import.meta.dirname, "definitions-provider.cjs"),
  "utf8",
);

/** Arguments of {@link OperatorDefinitions}. */
export interface OperatorDefinitionsArgs {
  /** The operator's version. */
  readonly version: string;
  /** The kubeconfig's context. @default the current one */
  readonly context?: string | undefined;
  /** Identity of the cluster: another one may have older definitions. */
  readonly clusterId?: pulumi.Input<string> | undefined;
}

/**
 * The definitions of Percona's resources, upgraded before the operator is: Helm creates a chart's definitions and never
 * upgrades them. They belong to the cluster: a newer version stays as it is, and `destroy` leaves all of them.
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
