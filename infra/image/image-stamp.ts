import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** The text that Pulumi's process of dynamic resources runs. */
export const stampProvider = readFileSync(join(import.meta.dirname, "stamp-provider.cjs"), "utf8");

/** Arguments of {@link ImageStamp}. */
export interface ImageStampArgs {
  /** Whether the image is gone from where pods find it. */
  readonly isMissing: pulumi.Input<boolean>;
}

/**
 * A value that changes when the image is missing, and only then. What has it among its inputs is done again: no provider
 * notices that an image was deleted.
 */
export class ImageStamp extends pulumi.CustomResource {
  declare readonly stamp: pulumi.Output<string>;

  constructor(name: string, args: ImageStampArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/stamp:ImageStamp",
      name,
      { ...args, stamp: undefined, __provider: stampProvider },
      opts,
    );
  }
}
