import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { BuildArguments } from "./build-arguments.ts";

/** Source code that Pulumi runs in its process for dynamic resources. */
export const stampProvider = readFileSync(join(import.meta.dirname, "stamp-provider.cjs"), "utf8");

/** Arguments of {@link ImageStamp}. */
export interface ImageStampArgs {
  /** Whether the image is missing where pods look for it. */
  readonly isMissing: pulumi.Input<boolean>;
  /** Name and tag of the image, which is built again if the tag changes. */
  readonly reference: pulumi.Input<string>;
  /** Build arguments that do not change the image, as a secret. */
  readonly args: pulumi.Input<BuildArguments>;
}

/**
 * A value that changes only when the image is missing. Resources that take the stamp as an input run again. No
 * provider notices a deleted image.
 */
export class ImageStamp extends pulumi.CustomResource {
  declare readonly stamp: pulumi.Output<string>;
  /** The arguments of the last build. A change of the arguments alone must not build the image again. */
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
