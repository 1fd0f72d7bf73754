import * as pulumi from "@pulumi/pulumi";
import { Bounds } from "./bounds.ts";
import { capacityFault } from "./capacity.ts";
import { Cluster } from "./cluster.ts";
import { ServiceImage } from "./image.ts";
import { makeMongo, mongoRequests } from "./mongo.ts";
import { AppNamespace } from "./namespace.ts";
import { NetworkRules } from "./network.ts";
import { PullSecret } from "./pull-secret.ts";
import { readSettings } from "./settings.ts";
import { findSite } from "./site.ts";
import { WebService, webRequests } from "./web.ts";

const settings = readSettings();
const { scaling, expose, registry } = settings;
const site = await findSite(settings);
const { minikube, tunnel, reach, hasSeveralNodes } = site;
const database = mongoRequests(settings.mongo);

const fault = capacityFault(site.nodes, scaling.maxReplicas, webRequests, database);
if (fault !== undefined) void pulumi.log.warn(fault);

const cluster = new Cluster("cluster", { site });
const inCluster = { provider: cluster.kubernetes };
const onDocker = { provider: cluster.docker };

const isLoaded = minikube !== undefined && !minikube.buildsInNode && registry === undefined;
const serviceImage = new ServiceImage(
  "web",
  {
    clusterId: cluster.id,
    ...(isLoaded ? { loadInto: { profile: minikube.profile, nodes: minikube.nodes } } : {}),
    ...(registry === undefined ? {} : { registry }),
    ...(settings.platform === undefined ? {} : { platform: settings.platform }),
  },
  onDocker,
);

const app = new AppNamespace(settings.name, inCluster);

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
        { namespace: app.name, maxReplicas: scaling.maxReplicas, web: webRequests, database },
        inCluster,
      )
    : undefined;

const network = new NetworkRules(
  "network",
  {
    namespace: app.name,
    database: settings.mongo,
    acme: expose.kind === "ingress" && expose.tls?.kind === "issuer",
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
    clusterId: cluster.id,
    network,
    ...(bounds === undefined ? {} : { priority: bounds.priorities.database }),
  },
  inCluster,
);

const web = new WebService(
  "web",
  {
    namespace: app.name,
    image: serviceImage.reference,
    mongodbUri: mongo.uri,
    expose,
    scaling,
    logLevel: settings.logLevel,
    reach,
    hasSeveralNodes,
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(pull === undefined ? {} : { pullSecret: pull.name }),
    ...(bounds === undefined ? {} : { priority: bounds.priorities.web }),
  },
  { ...inCluster, dependsOn: mongo.before },
);
mongo.finish(web);

/** Where the service answers. */
export const url = web.url;
/** The Kubernetes namespace that everything is in. */
export const namespace = app.name;
/** The service's image. */
export const image = serviceImage.reference;
/** Pods of the service when idle. */
export const replicas = scaling.minReplicas;
