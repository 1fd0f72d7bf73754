import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { mongodbUser } from "../../infra/mongodb/standalone-mongodb.ts";
import type { Minikube } from "../../infra/cluster/minikube/minikube-cluster.ts";
import { kubectl } from "../../tools/kubernetes/kubectl.ts";
import { runWithProgress } from "../../tools/process/child-process.ts";
import { UserError } from "../../tools/process/user-error.ts";
import { webSelector } from "../../tools/traffic/web-selector.ts";
import { historyOf } from "./image-facts.ts";

/** Manifests that a program has rendered. */
export interface Manifests {
  /** The objects as one file, in the order in which kubectl can apply them. */
  readonly text: string;
  readonly namespace: string;
  /** The database's directory on the node. */
  readonly directory: string;
}

/** The parts of a Kubernetes object that are read here. */
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly hostPath?: { readonly path: string } };
}

/**
 * Reads the files that the Kubernetes provider has rendered into a folder.
 * @throws {UserError} a namespace or a hostPath volume is missing
 */
export async function readManifests(folder: string): Promise<Manifests> {
  const manifests = join(folder, "1-manifest");
  const files = (await readdir(manifests)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(manifests, file), "utf8")));
  const objects = texts.map((text) => ({ text, object: parse(text) as KubernetesObject }));
  const namespace = objects.find(({ object }) => object.kind === "Namespace");
  const volume = objects.find(({ object }) => object.kind === "PersistentVolume");
  const directory = volume?.object.spec?.hostPath?.path;
  if (namespace === undefined || directory === undefined)
    throw new UserError(`The program rendered no namespace or no hostPath volume into ${folder}.`);
  // kubectl applies objects in the order of the file, and a namespace must exist before the objects in it.
  const others = objects.filter((one) => one !== namespace);
  return {
    text: [namespace, ...others].map(({ text }) => text).join("\n---\n"),
    namespace: namespace.object.metadata.name,
    directory,
  };
}

/** Deploys with Docker and kubectl, like a user without Pulumi. */
export class ManualDeployment {
  readonly #minikube: Minikube;
  readonly #manifests: Manifests;
  readonly #image: string;
  readonly #context: string;

  /**
   * @param image the image that the manifests name
   * @param context folder that the image is built from
   */
  constructor(minikube: Minikube, manifests: Manifests, image: string, context: string) {
    this.#minikube = minikube;
    this.#manifests = manifests;
    this.#image = image;
    this.#context = context;
  }

  /** Creates the database's directory on the node, then deploys. */
  async up(tag: string): Promise<void> {
    const { directory } = this.#manifests;
    await this.#onNode(
      `sudo install --directory --owner=${mongodbUser} --group=${mongodbUser} --mode=0700 ${directory}`,
    );
    await this.deploy(tag);
  }

  /** Builds the image, applies the manifests with its tag, and waits for the rollout. */
  async deploy(tag: string): Promise<void> {
    const { text, namespace } = this.#manifests;
    const file = this.#file();
    await writeFile(file, text.replaceAll(this.#image, nameOf(tag)));
    await this.build(tag);
    await this.#kubectl("apply", "--filename", file);
    const ofService = ["--namespace", namespace, "--selector", webSelector];
    await this.#kubectl("rollout", "status", "deployment", ...ofService, "--timeout=180s");
  }

  async build(tag: string): Promise<void> {
    await this.#docker("build", "--tag", nameOf(tag), ".");
  }

  /** Output of `docker history` for the image. */
  async history(tag: string): Promise<string> {
    return (await this.#docker(...historyOf(nameOf(tag)))).join("\n");
  }

  async destroy(): Promise<void> {
    await this.#kubectl("delete", "--filename", this.#file(), "--ignore-not-found");
    await this.#onNode(`sudo rm -rf ${this.#manifests.directory}`);
  }

  /** The manifests contain passwords, so the file is in the copy of the project, which only its owner can read. */
  #file(): string {
    return join(this.#context, ".pulumi/manifests.yaml");
  }

  async #docker(...args: string[]): Promise<readonly string[]> {
    const { docker } = this.#minikube;
    const certPath = await docker.certPath;
    const env = {
      DOCKER_BUILDKIT: "1",
      DOCKER_HOST: await docker.host,
      ...(certPath === undefined ? {} : { DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" }),
    };
    return await runWithProgress("docker", args, { cwd: this.#context, env }, () => undefined);
  }

  async #kubectl(...args: string[]): Promise<void> {
    const command = kubectl(this.#minikube.profile, args);
    await runWithProgress(command.program, command.args, {}, () => undefined);
  }

  async #onNode(line: string): Promise<void> {
    await runWithProgress(
      "minikube",
      ["ssh", "--profile", this.#minikube.profile, "--", line],
      {},
      () => undefined,
    );
  }
}

function nameOf(tag: string): string {
  return `koa-mongo-stack:${tag}`;
}
