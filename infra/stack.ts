import type * as pulumi from "@pulumi/pulumi";
import type { Site } from "./cluster/cluster-facts.ts";
import { PullSecret } from "./image/pull-secret.ts";
import { createMongo, mongoRequests } from "./mongodb/choose-mongodb.ts";
import { hostPathOf } from "./mongodb/storage/hostpath-storage.ts";
import { Monitoring } from "./monitoring/monitoring.ts";
import { AppNamespace } from "./platform/app-namespace.ts";
import { ownerLabel } from "./platform/other-stacks.ts";
import { NetworkRules, type NetworkRulesArgs } from "./platform/network-policies.ts";
import { NamespaceLimits } from "./platform/quota.ts";
import type { Claims } from "./platform/stack-owner.ts";
import type { Settings } from "./settings/stack-settings.ts";
import { webRequests } from "./web/web-defaults.ts";
import { WebService } from "./web/web-service.ts";

/** Arguments of {@link deploy}. */
export interface DeployArgs {
  readonly settings: Settings;
  readonly site: Site;
  /** Identity of the cluster. In another cluster, all resources are created again. */
  readonly clusterId: pulumi.Input<string>;
  /** Id of the stack. */
  readonly owner: pulumi.Output<string>;
  /** Whether the stack may be in the cluster already. */
  readonly isDeployed: boolean;
  /** The service's image: name and tag, or name and digest. */
  readonly image: pulumi.Output<string>;
}

/** The program's outputs that depend on the deployed objects. */
export interface Deployed {
  /** URL of the service. */
  readonly url: pulumi.Output<string>;
  /** The Kubernetes namespace of all objects. */
  readonly namespace: pulumi.Output<string>;
}

/**
 * Creates all objects in the cluster, in a namespace of their own.
 * @param inCluster options with the cluster's provider
 */
export function deploy(args: DeployArgs, inCluster: pulumi.ComponentResourceOptions): Deployed {
  const { settings, site, image, clusterId, owner, isDeployed } = args;
  const { metrics, collector } = settings;

  const labels = { [ownerLabel]: owner };
  const namespace = new AppNamespace(settings.name, { labels }, inCluster).name;
  const pullSecret = createPullSecret(settings, namespace, inCluster);
  const priorities = createQuota(settings, site, namespace, inCluster)?.priorities;
  const network = new NetworkRules("network", { namespace, ...networkPaths(args) }, inCluster);

  const mongo = createMongo(
    {
      mongo: settings.mongo,
      namespace,
      stack: settings.name,
      site,
      clusterId,
      owner,
      isDeployed,
      network,
      ...(priorities === undefined ? {} : { priority: priorities.database }),
    },
    inCluster,
  );

  const web = new WebService(
    "web",
    {
      namespace,
      image,
      pullSecret,
      mongodbUri: mongo.uri,
      mongodbCa: mongo.ca,
      expose: settings.expose,
      scaling: settings.scaling,
      logLevel: settings.logLevel,
      metrics,
      trustedProxies: settings.trustedProxies,
      collector,
      reach: site.reach,
      tunnel: site.tunnel,
      hasSeveralNodes: site.hasSeveralNodes,
      // All nodes of a minikube have the same architecture.
      architecture: site.minikube === undefined ? site.architecture : undefined,
      priority: priorities?.web,
    },
    { ...inCluster, dependsOn: mongo.before },
  );
  mongo.finish(web);

  if (metrics?.kind === "serviceMonitor") {
    new Monitoring("monitoring", { namespace, labels: metrics.labels }, inCluster);
  }

  return { url: web.url, namespace };
}

/** Name of the Secret with which the nodes pull the image. Undefined if the registry needs no login. */
function createPullSecret(
  { registry }: Settings,
  namespace: pulumi.Output<string>,
  inCluster: pulumi.ComponentResourceOptions,
): pulumi.Output<string> | undefined {
  if (registry?.pull === undefined) return undefined;
  const { repository, pull: user } = registry;
  return new PullSecret("web-pull", { namespace, repository, user }, inCluster).name;
}

/** A minikube cluster has one user, and needs neither quota nor priorities. */
function createQuota(
  { name, scaling, mongo }: Settings,
  { minikube }: Site,
  namespace: pulumi.Output<string>,
  inCluster: pulumi.ComponentResourceOptions,
): NamespaceLimits | undefined {
  if (minikube !== undefined) return undefined;
  const { maxReplicas } = scaling;
  return new NamespaceLimits(
    name,
    { namespace, maxReplicas, web: webRequests, database: mongoRequests(mongo) },
    inCluster,
  );
}

/** Connections that the network policies allow. */
function networkPaths({ settings, site }: DeployArgs): Omit<NetworkRulesArgs, "namespace"> {
  const { mongo, expose, metrics, collector, dnsServers } = settings;
  return {
    database: mongo,
    acme: expose.kind === "ingress" && expose.tls?.kind === "issuer",
    metricsFrom: metrics?.namespace,
    collector,
    dnsServers,
    problem: site.policyProblem,
  };
}

/** The stack's claims to resources that no other stack of the cluster may have. */
export function claims({ name, expose, mongo }: Settings): Claims {
  const isHostPath = mongo.kind === "standalone" && mongo.storage.kind === "hostPath";
  return {
    stack: name,
    nodePort: expose.kind === "nodePort" ? expose.port : undefined,
    host: expose.kind === "ingress" ? expose.host : undefined,
    directory: isHostPath ? hostPathOf(name) : undefined,
  };
}
