import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Site } from "./cluster-facts.ts";

/** Arguments of {@link Cluster}. */
export interface ClusterArgs {
  /** Where it is, and which Docker builds for it. */
  readonly site: Pick<Site, "context" | "uid" | "docker">;
}

/** The providers of one cluster: its Kubernetes, and the Docker that builds images for it. */
export class Cluster extends pulumi.ComponentResource {
  readonly kubernetes: k8s.Provider;
  readonly docker: docker.Provider;
  /** Changes when the cluster is deleted and made anew, even under the same name and address. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    // Without the arguments: all of its children would wait for the address of that Docker.
    super("koa-mongo-stack:cluster:Cluster", name, {}, opts);
    const { context: given, uid, docker: daemon } = args.site;

    const context = given === undefined ? {} : { context: given };
    this.id = uid === undefined ? this.readUid(name, context) : pulumi.output(uid);
    this.kubernetes = new k8s.Provider(
      name,
      // By default a Secret with other content is replaced, also one that a pod finds by its name.
      { ...context, clusterIdentifier: this.id, enableSecretMutable: true },
      { parent: this },
    );
    this.docker = new docker.Provider(name, daemon, { parent: this });

    this.registerOutputs({ kubernetes: this.kubernetes, docker: this.docker, id: this.id });
  }

  /** Where kubectl can't say. It takes a provider of its own, because the other one's identity is this. */
  private readUid(name: string, context: k8s.ProviderArgs): pulumi.Output<string> {
    const child = { parent: this };
    const provider = new k8s.Provider(`${name}-reader`, context, child);
    return k8s.core.v1.Namespace.get(`${name}-system`, "kube-system", { ...child, provider }).metadata.uid;
  }
}
