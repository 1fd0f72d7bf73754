import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import dockerignore from "@balena/dockerignore";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link ServiceImage}. */
export interface ServiceImageArgs {
  /** Identity of the cluster: in another cluster's Docker the image is not there yet. */
  readonly clusterId: pulumi.Input<string>;
  /** Folder with Dockerfile and .dockerignore. @default the project's */
  readonly context?: string;
}

const project = join(import.meta.dirname, "..");
const repository = "koa-mongo-stack";

/**
 * The service's image, built in the cluster's own Docker. Its tag is a hash of what it is built from, because the
 * provider compares inputs only, and because a pod can't use the bare id of an image that was never pushed.
 */
export class ServiceImage extends pulumi.ComponentResource {
  /** Name and tag. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ServiceImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:image:ServiceImage", name, args, opts);
    const { clusterId, context = project } = args;

    const content = contextHash(context);
    const tag = pulumi.output(clusterId).apply((id) => sha256(`${content} ${id}`).slice(0, 16));
    const image = new docker.Image(
      name,
      {
        imageName: pulumi.interpolate`${repository}:${tag}`,
        build: { context, dockerfile: join(context, "Dockerfile"), platform: platform(process.arch) },
        skipPush: true,
      },
      { parent: this },
    );
    // Through the digest the pods wait until the image is built.
    this.reference = pulumi.all([image.imageName, image.repoDigest]).apply(([reference]) => reference);

    this.registerOutputs({ reference: this.reference });
  }
}

/** A hash of every file that `.dockerignore` lets into the build, by path and content. */
export function contextHash(context: string): string {
  const rules = dockerignore.default().add(readFileSync(join(context, ".dockerignore"), "utf8"));

  function filesIn(folder: string): string[] {
    const entries = readdirSync(join(context, folder), { withFileTypes: true });
    return entries.flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (rules.ignores(path)) return [];
      return entry.isDirectory() ? filesIn(path) : [path];
    });
  }
  const files = ["Dockerfile", ...filesIn("").sort()];
  return sha256(files.map((file) => `${file} ${sha256(readFileSync(join(context, file)))}`).join("\n"));
}

/** minikube's node runs on this machine, so it has this machine's architecture. */
function platform(arch: string): string {
  return `linux/${arch === "x64" ? "amd64" : arch}`;
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
