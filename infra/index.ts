import * as pulumi from "@pulumi/pulumi";
import { capacityProblem } from "./cluster/nodes/capacity.ts";
import { Cluster } from "./cluster/cluster-providers.ts";
import { findSite } from "./cluster/cluster-facts.ts";
import { requireBypass } from "./cluster/minikube/proxy-bypass.ts";
import { buildArguments, proxiesOfMachine } from "./image/build-arguments.ts";
import { isMissing } from "./image/image-presence.ts";
import { ServiceImage } from "./image/service-image.ts";
import { mongoRequests } from "./mongodb/choose-mongodb.ts";
import { readSettings } from "./settings/stack-settings.ts";
import { requireUnclaimed, stackOwner } from "./platform/stack-owner.ts";
import { claims, deploy } from "./stack.ts";
import { webRequests } from "./web/web-defaults.ts";

const settings = readSettings();
await requireBypass(settings.cluster);
const site = await findSite(settings);
const { minikube, nodes } = site;
const { scaling, registry } = settings;

const capacity = capacityProblem(nodes, scaling.maxReplicas, webRequests, mongoRequests(settings.mongo));
for (const problem of [capacity, ...site.problems]) if (problem !== undefined) void pulumi.log.warn(problem);

const owner = stackOwner("owner");
const isDeployed = await requireUnclaimed(owner, claims(settings), site.otherStacks);

const cluster = new Cluster("cluster", { site });

const loadInto =
  minikube !== undefined && !minikube.buildsInNode && registry === undefined
    ? { profile: minikube.profile, nodes: minikube.nodes }
    : undefined;
const serviceImage = new ServiceImage(
  "web",
  {
    clusterId: cluster.id,
    loadInto,
    isMissing: registry === undefined ? (name) => isMissing(name, site.docker, loadInto) : undefined,
    registry,
    // An image in a registry is for every machine, so its build uses only settings that all machines share.
    buildArgs:
      registry === undefined
        ? buildArguments(settings.build, proxiesOfMachine())
        : Object.keys(settings.build).length === 0
          ? undefined
          : buildArguments(settings.build),
    platform: site.architecture === undefined ? settings.platform : `linux/${site.architecture}`,
  },
  { provider: cluster.docker },
);

const deployed = deploy(
  { settings, site, owner, isDeployed, clusterId: cluster.id, image: serviceImage.reference },
  { provider: cluster.kubernetes },
);

/** URL of the service. */
export const url = deployed.url;
/** The Kubernetes namespace of all objects. */
export const namespace = deployed.namespace;
/** The service's image. */
export const image = serviceImage.reference;
/** Pods of the service when idle. */
export const replicas = scaling.minReplicas;
