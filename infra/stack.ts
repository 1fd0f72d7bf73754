import type * as pulumi from "@pulumi/pulumi";
import { Bounds } from "./platform/quota.ts";
import { makeMongo, mongoRequests } from "./mongodb/mongodb.ts";
import { hostPathOf } from "./mongodb/storage/hostpath-storage.ts";
import { Monitoring } from "./monitoring/monitoring.ts";
import { AppNamespace } from "./platform/app-namespace.ts";
import { NetworkRules } from "./platform/network-policies.ts";
import { stackOwner, type Claims } from "./platform/stack-owner.ts";
import { PullSecret } from "./image/pull-secret.ts";
import type { Settings } from "./settings/stack-settings.ts";
import { ownerLabel } from "./cluster/neighbours.ts";
import type { Site } from "./cluster/site.ts";
import { WebService, webRequests } from "./web/web-service.ts";

/** Arguments of {@link deploy}. */
export interface DeployArgs {
  readonly settings: Settings;
  readonly site: Site;
  /** Identity of the cluster: in another one everything is made anew. */
  readonly clusterId: pulumi.Input<string>;
  /** The service's image: name and tag, or name and digest. */
  readonly image: pulumi.Output<string>;
}

/** What came of it. */
export interface Deployed {
  /** Where the service answers. */
  readonly url: pulumi.Output<string>;
  /** The Kubernetes namespace that everything is in. */
  readonly namespace: pulumi.Output<string>;
}

/**
 * Everything that is in the cluster, in a namespace of its own.
 * @param inCluster with the cluster's provider
 */
export function deploy(args: DeployArgs, inCluster: pulumi.ComponentResourceOptions): Deployed {
  const { settings, site, image } = args;
  const { scaling, expose, registry, metrics, collector } = settings;
  const { minikube, tunnel, reach, hasSeveralNodes } = site;

  const owner = stackOwner("owner", claims(settings), site.neighbours);
  const app = new AppNamespace(settings.name, { labels: { [ownerLabel]: owner } }, inCluster);

  const pull =
    registry?.pull === undefined
      ? undefined
      : new PullSecret(
          "web-pull",
          { namespace: app.name, repository: registry.repository, user: registry.pull },
          inCluster,
        );

  // A minikube is shared with nobody.
  const bounds =
    minikube === undefined
      ? new Bounds(
          settings.name,
          {
            namespace: app.name,
            maxReplicas: scaling.maxReplicas,
            web: webRequests,
            database: mongoRequests(settings.mongo),
          },
          inCluster,
        )
      : undefined;

  const network = new NetworkRules(
    "network",
    {
      namespace: app.name,
      database: settings.mongo,
      acme: expose.kind === "ingress" && expose.tls?.kind === "issuer",
      metricsFrom: metrics?.namespace,
      collector,
      ...(minikube?.policyFault === undefined ? {} : { fault: minikube.policyFault }),
    },
    inCluster,
  );

  const mongo = makeMongo(
    {
      mongo: settings.mongo,
      namespace: app.name,
      stack: settings.name,
      site,
      clusterId: args.clusterId,
      owner,
      network,
      ...(bounds === undefined ? {} : { priority: bounds.priorities.database }),
    },
    inCluster,
  );

  const web = new WebService(
    "web",
    {
      namespace: app.name,
      image,
      mongodbUri: mongo.uri,
      expose,
      scaling,
      logLevel: settings.logLevel,
      metrics,
      collector,
      reach,
      hasSeveralNodes,
      ...(tunnel === undefined ? {} : { tunnel }),
      ...(pull === undefined ? {} : { pullSecret: pull.name }),
      ...(bounds === undefined ? {} : { priority: bounds.priorities.web }),
    },
    { ...inCluster, dependsOn: mongo.before },
  );
  mongo.finish(web);

  if (metrics?.kind === "serviceMonitor") new Monitoring("monitoring", { namespace: app.name }, inCluster);

  return { url: web.url, namespace: app.name };
}

/** What of the cluster no other stack may have. */
function claims({ name, expose, mongo }: Settings): Claims {
  const isHostPath = mongo.kind === "standalone" && mongo.storage.kind === "hostPath";
  return {
    stack: name,
    nodePort: expose.kind === "nodePort" ? expose.port : undefined,
    host: expose.kind === "ingress" ? expose.host : undefined,
    directory: isHostPath ? hostPathOf(name) : undefined,
  };
}
