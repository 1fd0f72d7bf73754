import * as pulumi from "@pulumi/pulumi";
import type { Requests } from "../cluster/nodes/capacity.ts";
import { caConfigMap, type ConfigMapKey } from "./ca-config-map.ts";
import { connectionSecret, type SecretKey } from "./connection-secret.ts";
import { Credentials } from "./credentials.ts";
import { MongoDatabase, standaloneRequests } from "./standalone-mongodb.ts";
import { PulledImage } from "./pulled-image.ts";
import { readableImage } from "./readable-image.ts";
import { memberRequests, members, operatorRequests, ReplicaSet } from "./operator-replica-set.ts";
import type { MongoSettings } from "../settings/mongodb-settings.ts";
import type { Site } from "../cluster/cluster-facts.ts";
import { databaseStorage } from "./storage/choose-storage.ts";
import { hostPathOf } from "./storage/hostpath-storage.ts";
import { UsersJob } from "./users-job.ts";

/** Arguments of {@link createMongo}. */
export interface MongoArgs<Settings extends MongoSettings = MongoSettings> {
  readonly mongo: Settings;
  readonly namespace: pulumi.Input<string>;
  /** Project and stack. */
  readonly stack: string;
  readonly site: Site;
  /** Identity of the cluster. */
  readonly clusterId: pulumi.Input<string>;
  /** Id of the stack. */
  readonly owner: pulumi.Input<string>;
  /** Whether MongoDB may be running already. If so, it may need a long recovery before it is ready again. */
  readonly isDeployed: boolean;
  /** Name of the PriorityClass of MongoDB's pods. @default the cluster's */
  readonly priority?: pulumi.Input<string>;
  /** Must exist before MongoDB's pods connect to each other. */
  readonly network: pulumi.Resource;
}

/** The database, as the service uses it. */
export interface Mongo {
  /** The Secret with the connection string. */
  readonly uri: SecretKey;
  /** The CA certificates that the service trusts. @default Node's public CAs */
  readonly ca?: ConfigMapKey;
  /** Resources to create before the service's pods, which become ready only when MongoDB answers. */
  readonly before: pulumi.Input<pulumi.Resource>[];
  /** Drops the users that only previous pods needed. Call it after the service's rollout. */
  finish(web: pulumi.Resource): void;
}

/** Requests of MongoDB's pods, one entry for each pod. */
export function mongoRequests(mongo: MongoSettings): readonly Requests[] {
  switch (mongo.kind) {
    case "standalone":
      return [standaloneRequests(mongo.memory)];
    case "operator":
      return [
        ...Array<Requests>(members).fill(memberRequests(mongo.memory)),
        ...(mongo.installs ? [operatorRequests] : []),
      ];
    case "external":
      return [];
  }
}

/** Creates the configured database. */
export function createMongo(args: MongoArgs, opts: pulumi.ComponentResourceOptions): Mongo {
  const { mongo } = args;
  switch (mongo.kind) {
    case "standalone":
      return standalone({ ...args, mongo }, opts);
    case "operator":
      return replicaSet({ ...args, mongo }, opts);
    case "external":
      return external({ ...args, mongo }, opts);
  }
}

type Of<Kind> = MongoArgs<Extract<MongoSettings, { kind: Kind }>>;

function external(args: Of<"external">, opts: pulumi.ComponentResourceOptions): Mongo {
  const { namespace, mongo, network } = args;
  const uri = connectionSecret("mongodb", { namespace, uri: mongo.uri }, opts);
  const ca = mongo.ca === undefined ? {} : { ca: caConfigMap("mongodb", { namespace, ca: mongo.ca }, opts) };
  return { uri, ...ca, before: [network], finish: () => undefined };
}

/**
 * MongoDB's pod creates its first users. New users are created before any pod uses them. The previous users are
 * dropped when no pod uses them any more.
 */
function standalone(args: Of<"standalone">, opts: pulumi.ComponentResourceOptions): Mongo {
  const { namespace, site, clusterId, network, stack, mongo } = args;
  const { memory, passwordVersion: version, storage } = mongo;
  // A hostPath's files outlive the stack, so the version check reads them on the node.
  const [data, image] =
    storage.kind === "hostPath"
      ? [{ data: hostPathOf(stack) }, mongo.image]
      : [{}, readableImage({ image: mongo.image, namespace, context: site.context })];
  const mongoImage =
    site.minikube === undefined
      ? []
      : [
          new PulledImage("mongodb", {
            profile: site.minikube.profile,
            clusterId,
            image: mongo.image,
            ...data,
          }),
        ];
  const claimName = databaseStorage(
    "data",
    { namespace, directory: stack, storage, site, clusterId, owner: args.owner },
    opts,
  );
  const credentials = new Credentials("mongodb", { namespace, version }, opts);

  const isRotated = version > 1;
  const node = site.minikube === undefined ? {} : { node: site.minikube.nodes[0] };
  const usersJob = (task: "add" | "drop", dependsOn: pulumi.Input<pulumi.Resource>[]) =>
    new UsersJob(
      `mongodb-${task}-users`,
      { namespace, image, credentials, ...node, task },
      { ...opts, dependsOn },
    );
  const usersAdded = isRotated ? [usersJob("add", [...mongoImage, network])] : [];
  const priority = args.priority === undefined ? {} : { priority: args.priority };
  const database = new MongoDatabase(
    "mongodb",
    { namespace, image, memory, credentials, claimName, ...priority },
    { ...opts, dependsOn: [...mongoImage, ...usersAdded] },
  );
  return {
    uri: credentials.uri,
    // The service's rollout has a deadline. Neither the pull of MongoDB's large image nor a recovery may use it up.
    // A new database has nothing to recover, and starts together with the service.
    before: storage.kind === "hostPath" && !args.isDeployed ? [...mongoImage, ...usersAdded] : [database],
    finish(web) {
      if (isRotated) usersJob("drop", [database, web]);
    },
  };
}

function replicaSet(args: Of<"operator">, opts: pulumi.ComponentResourceOptions): Mongo {
  const { namespace, mongo, site, clusterId, priority, network } = args;
  const nodes = site.nodes?.length ?? site.minikube?.nodes.length;
  const database = new ReplicaSet(
    "mongodb",
    {
      namespace,
      storage: mongo.storage,
      memory: mongo.memory,
      installs: mongo.installs,
      context: site.context,
      clusterId,
      ...(nodes === undefined ? {} : { nodes }),
      ...(priority === undefined ? {} : { priority }),
    },
    { ...opts, dependsOn: network },
  );
  return { uri: database.uri, before: [database], finish: () => undefined };
}
