import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Site } from "./cluster-facts.ts";

/** Arguments of {@link Cluster}. */
export interface ClusterArgs {
  /** Kubeconfig context, the cluster's identity, and the Docker daemon that builds for the cluster. */
  readonly site: Pick<Site, "context" | "uid" | "docker">;
}

/** The Kubernetes provider of one cluster, and the Docker provider that builds images for it. */
export class Cluster extends pulumi.ComponentResource {
  readonly kubernetes: k8s.Provider;
  readonly docker: docker.Provider;
  /** Changes when the cluster is deleted and created again, even under the same name and address. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    // Without the arguments: otherwise all children would wait for the address of the Docker daemon.
    super("koa-mongo-stack:cluster:Cluster", name, {}, opts);
    const { context: contextName, uid, docker: daemon } = args.site;

    const context = contextName === undefined ? {} : { context: contextName };
    this.id = uid === undefined ? this.readUid(name, context) : pulumi.output(uid);
    this.kubernetes = new k8s.Provider(
      name,
      // By default, changed content replaces a Secret, even one that a pod finds by name.
      { ...context, clusterIdentifier: this.id, enableSecretMutable: true },
      { parent: this },
    );
    this.docker = new docker.Provider(name, daemon, { parent: this });

    this.registerOutputs({ kubernetes: this.kubernetes, docker: this.docker, id: this.id });
  }

  /**
   * Used if kubectl can't read the UID. The query needs a provider of its own, because the main one takes the UID
   * as input.
   */
  private readUid(name: string, context: k8s.ProviderArgs): pulumi.Output<string> {
    const child = { parent: this };
    const provider = new k8s.Provider(`${name}-reader`, context, child);
    return k8s.core.v1.Namespace.get(`${name}-system`, "kube-system", { ...child, provider }).metadata.uid;
  }
}
