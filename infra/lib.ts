/**
 * The stack's parts, for programs of others. What is exported here is the package's interface: a change that breaks one
 * of them, or replaces a resource that runs, is a new major version.
 */
export { Bounds, type BoundsArgs, type Priorities } from "./bounds.ts";
export type { Requests } from "./capacity.ts";
export { connectionSecret, type SecretKey } from "./connection.ts";
export { Credentials, type CredentialsArgs, type UsersData } from "./credentials.ts";
export { MongoDatabase, type MongoDatabaseArgs } from "./database.ts";
export { ServiceImage, type ServiceImageArgs } from "./image.ts";
export { WebIngress, type WebIngressArgs } from "./ingress.ts";
export type { Reach } from "./minikube.ts";
export { Monitoring, type MonitoringArgs } from "./monitoring.ts";
export { AppNamespace } from "./namespace.ts";
export { NetworkRules, type DatabasePath, type Neighbours, type NetworkRulesArgs } from "./network.ts";
export { PullSecret, type PullSecretArgs } from "./pull-secret.ts";
export { ReplicaSet, type ReplicaSetArgs } from "./replica-set.ts";
export type { Scaling } from "./settings.ts";
export type { RegistrySettings, RegistryUser } from "./settings/cluster.ts";
export type { Expose, IngressSettings, Tls } from "./settings/expose.ts";
export type { ClassStorage } from "./settings/mongo.ts";
export type { Collector, MetricsSettings } from "./settings/monitoring.ts";
export { StorageClassStorage, type StorageClassStorageArgs } from "./storageclass-storage.ts";
export { UsersJob, type UsersJobArgs } from "./users-job.ts";
export { WebService, type WebServiceArgs } from "./web.ts";
