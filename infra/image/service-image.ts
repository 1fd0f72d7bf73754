import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Command, type CommandLine } from "../commands/local-command.ts";
import { localRepository } from "../platform/metadata.ts";
import type { RegistrySettings } from "../settings/cluster-settings.ts";
import { buildArguments, type BuildArguments } from "./build-arguments.ts";
import { copyContext } from "./build-context.ts";
import { contextFiles, contextHash, sha256 } from "./context-hash.ts";
import { inspectImage, type LoadedNodes } from "./image-presence.ts";
import { ImageStamp } from "./image-stamp.ts";

/** Arguments of {@link ServiceImage}. */
export interface ServiceImageArgs {
  /** Identity of the cluster. Another cluster's Docker does not have the image yet. */
  readonly clusterId: pulumi.Input<string>;
  /** The minikube nodes that get the image from this machine's Docker. @default the node itself builds the image */
  readonly loadInto?: LoadedNodes | undefined;
  /**
   * Whether the image is missing where pods look for it. If so, the image is built and loaded again.
   * @default the image is never missing, as in a registry
   */
  readonly isMissing?: ((reference: string) => Promise<boolean>) | undefined;
  /** Repository that the image is pushed to. @default the image stays where it was built */
  readonly registry?: Pick<RegistrySettings, "repository" | "push"> | undefined;
  /** Build arguments that do not change the image, as a secret. @default none */
  readonly buildArgs?: pulumi.Output<BuildArguments> | undefined;
  /** Platform by Docker's name. @default this machine's architecture, which is also a local node's */
  readonly platform?: string | undefined;
  /** Folder with Dockerfile and .dockerignore. @default the project */
  readonly context?: string;
}

const project = join(import.meta.dirname, "../..");

/**
 * The service's image. The cluster's own Docker builds it. Otherwise this machine's Docker builds the image, and
 * loads it into each node or pushes it to a registry. The tag is a hash of the image's sources, because the
 * provider compares only inputs. A pod can't use the bare id of an image that was never pushed. Pods use a pushed
 * image by its digest.
 */
export class ServiceImage extends pulumi.ComponentResource {
  /** Name and tag, or name and digest of a pushed image. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ServiceImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:image:ServiceImage", name, args, opts);
    const { clusterId, context = project, registry, buildArgs = buildArguments({}) } = args;

    const files = contextFiles(context);
    const content = contextHash(files);
    const folder = copyContext(context, files);
    // Every cluster pulls the same image from a registry.
    const scope = registry === undefined ? clusterId : registry.repository;
    const tag = pulumi.output(scope).apply((id) => sha256(`${content} ${id}`).slice(0, 16));
    const imageName = pulumi.interpolate`${registry?.repository ?? localRepository}:${tag}`;
    const stamped = this.stamp(name, imageName, args.isMissing, buildArgs);
    const stamp = stamped?.stamp;
    const image = new docker.Image(
      name,
      {
        imageName,
        build: {
          args: stamped === undefined ? args.buildArgs : stampedArguments(stamped),
          context: folder,
          dockerfile: `${folder}/Dockerfile`,
          platform: args.platform ?? platform(process.arch),
        },
        ...(registry === undefined ? { skipPush: true } : pushing(registry)),
      },
      // The provider never deletes images, and can't connect if the Docker daemon's address has changed.
      { parent: this, retainOnDelete: true },
    );
    // Because of the digest, the pods wait for the build. Without a push, the digest is an image id.
    const built = pulumi
      .all([image.imageName, image.repoDigest])
      .apply(([tagged, digest]) => (registry === undefined ? tagged : digest));
    this.reference = args.loadInto === undefined ? built : this.load(name, built, args.loadInto, stamp);

    this.registerOutputs({ reference: this.reference });
  }

  /** The value that changes when the image is missing. */
  private stamp(
    name: string,
    reference: pulumi.Output<string>,
    isMissing: ServiceImageArgs["isMissing"],
    args: pulumi.Output<BuildArguments>,
  ): ImageStamp | undefined {
    if (isMissing === undefined) return undefined;
    return new ImageStamp(
      `${name}-stamp`,
      { isMissing: reference.apply(isMissing), reference, args },
      { parent: this },
    );
  }

  /** Loads the image into each node. Returns the image's name when all nodes have the image. */
  private load(
    name: string,
    reference: pulumi.Output<string>,
    { profile, nodes }: LoadedNodes,
    stamp: pulumi.Output<string> | undefined,
  ): pulumi.Output<string> {
    const create = reference.apply((image) => loadCommands(profile, nodes, image));
    const loaded = new Command(
      `${name}-load`,
      { create, ...(stamp === undefined ? {} : { triggers: [stamp] }) },
      { parent: this },
    );
    return pulumi.all([reference, loaded.id]).apply(([image]) => image);
  }
}

/** No instruction of the Dockerfile reads the stamp, so the build cache stays valid. */
function stampedArguments({ stamp, args }: ImageStamp): pulumi.Output<Record<string, string>> {
  return pulumi
    .all([stamp, args])
    .apply(([value, others]): Record<string, string> => ({ ...others, BUILD_STAMP: value }));
}

/** Without a user, the provider uses the login of `docker login`, including credential helpers. */
function pushing({ push }: Pick<RegistrySettings, "push">): Pick<docker.ImageArgs, "registry"> {
  if (push === undefined) return {};
  return { registry: { username: push.username, password: push.password } };
}

/** Inspects each node after the load, because minikube exits with 0 even if a load failed. */
function loadCommands(profile: string, nodes: readonly string[], image: string): CommandLine[] {
  const checks = nodes.map((node) => inspectImage(profile, node, image));
  return [["minikube", "image", "load", "--profile", profile, image], ...checks];
}

/** The architecture by Docker's name. */
function platform(arch: string): string {
  return `linux/${arch === "x64" ? "amd64" : arch}`;
}
