import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { BuildArguments } from "./build-arguments.ts";

/** The text that Pulumi's process of dynamic resources runs. */
export const stampProvider = readFileSync(join(import.meta.dirname, "stamp-provider.cjs"), "utf8");

/** Arguments of {@link ImageStamp}. */
export interface ImageStampArgs {
  /** Whether the image is gone from where pods find it. */
  readonly isMissing: pulumi.Input<boolean>;
  /** Name and tag of the image: it is built anew if the tag changes. */
  readonly reference: pulumi.Input<string>;
  /** Build arguments that do not change the image. A secret. */
  readonly args: pulumi.Input<BuildArguments>;
}

/**
 * A value that changes when the image is missing, and only then. What has it among its inputs is done again: no provider
 * notices that an image was deleted.
 */
export class ImageStamp extends pulumi.CustomResource {
  declare readonly stamp: pulumi.Output<string>;
  /** The arguments of the last build: other ones alone are no reason to build the image again. */
  declare readonly args: pulumi.Output<BuildArguments>;

  constructor(name: string, args: ImageStampArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/stamp:ImageStamp",
      name,
      { ...args, stamp: undefined, __provider: stampProvider },
      opts,
    );
  }
}
