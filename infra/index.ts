import { Cluster } from "./cluster.ts";
import { Credentials } from "./credentials.ts";
import { MongoDatabase } from "./database.ts";
import { HostPathStorage } from "./hostpath-storage.ts";
import { ServiceImage } from "./image.ts";
import { findMinikube } from "./minikube.ts";
import { Monitoring } from "./monitoring.ts";
import { AppNamespace } from "./namespace.ts";
import { NetworkRules } from "./network.ts";
import { PulledImage } from "./pulled-image.ts";
import { readSettings } from "./settings.ts";
import { StorageClassStorage } from "./storageclass-storage.ts";
import { UsersJob } from "./users-job.ts";
import { WebService } from "./web.ts";

const settings = readSettings();
const minikube = await findMinikube(settings.minikubeProfile);

const cluster = new Cluster("cluster", { minikube });
const inCluster = { provider: cluster.kubernetes };
const onDocker = { provider: cluster.docker };

const { profile, nodes, buildsInNode } = minikube;
const onNode = { profile, clusterId: cluster.id };

const serviceImage = new ServiceImage(
  "web",
  { clusterId: cluster.id, ...(buildsInNode ? {} : { loadInto: { profile, nodes } }) },
  onDocker,
);
const mongoImage = new PulledImage("mongodb", { ...onNode, image: settings.mongoImage });

const app = new AppNamespace(settings.name, inCluster);

const storage =
  settings.storage.kind === "hostPath"
    ? new HostPathStorage(
        "data",
        {
          namespace: app.name,
          size: settings.storage.size,
          ...onNode,
          ...(nodes.length > 1 ? { node: nodes[0] } : {}),
          directory: settings.name,
          keepData: settings.storage.keepData,
        },
        inCluster,
      )
    : new StorageClassStorage(
        "data",
        { namespace: app.name, size: settings.storage.size, storageClass: settings.storage.className },
        inCluster,
      );

const credentials = new Credentials(
  "mongodb",
  { namespace: app.name, version: settings.passwordVersion },
  inCluster,
);

const { policyFault } = minikube;
const network = new NetworkRules(
  "network",
  {
    namespace: app.name,
    metricsFrom: settings.metrics?.namespace,
    collector: settings.collector,
    ...(policyFault === undefined ? {} : { fault: policyFault }),
  },
  inCluster,
);

// MongoDB's pod makes its first users. Others are made before anything has them, and the former ones dropped after
// nothing has them any more.
const mongo = { namespace: app.name, image: settings.mongoImage, credentials };
const isRotated = settings.passwordVersion > 1;
const usersAdded = isRotated
  ? [
      new UsersJob(
        "mongodb-add-users",
        { ...mongo, node: nodes[0], task: "add" },
        { ...inCluster, dependsOn: [mongoImage, network] },
      ),
    ]
  : [];

const database = new MongoDatabase(
  "mongodb",
  { ...mongo, claimName: storage.claimName },
  { ...inCluster, dependsOn: usersAdded },
);

const web = new WebService(
  "web",
  {
    namespace: app.name,
    image: serviceImage.reference,
    mongodbUri: credentials.uri,
    expose: settings.expose,
    scaling: settings.scaling,
    logLevel: settings.logLevel,
    metrics: settings.metrics,
    collector: settings.collector,
    reach: minikube.reach,
    tunnel: `minikube tunnel -p ${profile}`,
  },
  // Its pods are ready when MongoDB answers: the pull of that large image must not count against their time.
  { ...inCluster, dependsOn: settings.storage.kind === "hostPath" ? [mongoImage, ...usersAdded] : database },
);

if (isRotated) {
  new UsersJob(
    "mongodb-drop-users",
    { ...mongo, node: nodes[0], task: "drop" },
    { ...inCluster, dependsOn: [database, web] },
  );
}

if (settings.metrics?.kind === "serviceMonitor") {
  new Monitoring("monitoring", { namespace: app.name }, inCluster);
}

/** Where the service answers. */
export const url = web.url;
/** The Kubernetes namespace that everything is in. */
export const namespace = app.name;
/** The service's image. */
export const image = serviceImage.reference;
/** Pods of the service when idle. */
export const replicas = settings.scaling.minReplicas;
