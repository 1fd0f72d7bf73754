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
  /** Identity of the cluster: in another cluster's Docker the image is not there yet. */
  readonly clusterId: pulumi.Input<string>;
  /** The minikube cluster whose nodes get the image from this machine's Docker. @default they have built it */
  readonly loadInto?: LoadedNodes | undefined;
  /**
   * Whether the image is gone from where the pods find it: then it is built, and loaded, again.
   * @default nobody deletes it, as in a registry
   */
  readonly isMissing?: ((reference: string) => Promise<boolean>) | undefined;
  /** Where it is pushed to. @default it stays where it was built */
  readonly registry?: Pick<RegistrySettings, "repository" | "push"> | undefined;
  /** Build arguments that do not change the image, a secret. @default none */
  readonly buildArgs?: pulumi.Output<BuildArguments> | undefined;
  /** What it is built for, as Docker names it. @default this machine's architecture, which a local node has, too */
  readonly platform?: string | undefined;
  /** Folder with Dockerfile and .dockerignore. @default the project's */
  readonly context?: string;
}

const project = join(import.meta.dirname, "../..");

/**
 * The service's image, built in the cluster's own Docker, or in this machine's and loaded into each node or pushed to a
 * registry. Its tag is a hash of what it is built from, because the provider compares inputs only, and because a pod
 * can't use the bare id of an image that was never pushed. One that was is used by its digest.
 */
export class ServiceImage extends pulumi.ComponentResource {
  /** Name and tag, or name and digest of one that was pushed. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ServiceImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:image:ServiceImage", name, args, opts);
    const { clusterId, context = project, registry, buildArgs = buildArguments({}) } = args;

    const files = contextFiles(context);
    const content = contextHash(files);
    const folder = copyContext(context, files);
    // Every cluster pulls the same one from a registry.
    const where = registry === undefined ? clusterId : registry.repository;
    const tag = pulumi.output(where).apply((id) => sha256(`${content} ${id}`).slice(0, 16));
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
      // The provider would not delete it anyway, and can't be asked where that Docker's address has changed.
      { parent: this, retainOnDelete: true },
    );
    // Through the digest the pods wait until the image is built. Of one that was not pushed it is an id.
    const built = pulumi
      .all([image.imageName, image.repoDigest])
      .apply(([tagged, digest]) => (registry === undefined ? tagged : digest));
    this.reference = args.loadInto === undefined ? built : this.load(name, built, args.loadInto, stamp);

    this.registerOutputs({ reference: this.reference });
  }

  /** What changes when the image is missing. */
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

  /** Copies the image into each node, and gives its name when it is there. */
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

/** No instruction of the Dockerfile reads the stamp, so what is cached stays. */
function stampedArguments({ stamp, args }: ImageStamp): pulumi.Output<Record<string, string>> {
  return pulumi
    .all([stamp, args])
    .apply(([value, others]): Record<string, string> => ({ ...others, BUILD_STAMP: value }));
}

/** Without a user the provider takes what `docker login` has left, credential helpers included. */
function pushing({ push }: Pick<RegistrySettings, "push">): Pick<docker.ImageArgs, "registry"> {
  if (push === undefined) return {};
  return { registry: { username: push.username, password: push.password } };
}

/** They look into each node afterwards: minikube ends well, too, where a load has failed. */
function loadCommands(profile: string, nodes: readonly string[], image: string): CommandLine[] {
  const looks = nodes.map((node) => inspectImage(profile, node, image));
  return [["minikube", "image", "load", "--profile", profile, image], ...looks];
}

/** As Docker names it. */
function platform(arch: string): string {
  return `linux/${arch === "x64" ? "amd64" : arch}`;
}
