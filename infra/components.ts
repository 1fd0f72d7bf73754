/**
 * The stack's components, for other programs. These exports are the package's interface. A change that breaks an
 * export, or replaces a running resource, is a new major version.
 */
export { NamespaceLimits, type NamespaceLimitsArgs, type Priorities } from "./platform/quota.ts";
export type { Requests } from "./cluster/nodes/capacity.ts";
export { caConfigMap, type ConfigMapKey } from "./mongodb/ca-config-map.ts";
export { connectionSecret, type SecretKey } from "./mongodb/connection-secret.ts";
export { Credentials, type CredentialsArgs, type UsersData } from "./mongodb/credentials.ts";
export { MongoDatabase, type MongoDatabaseArgs } from "./mongodb/standalone-mongodb.ts";
export { ServiceImage, type ServiceImageArgs } from "./image/service-image.ts";
export { WebIngress, type WebIngressArgs } from "./web/ingress.ts";
export type { Reach } from "./cluster/minikube/node-address.ts";
export { Monitoring, type MonitoringArgs } from "./monitoring/monitoring.ts";
export { AppNamespace, type AppNamespaceArgs } from "./platform/app-namespace.ts";
export {
  NetworkRules,
  type DatabasePath,
  type Neighbours,
  type NetworkRulesArgs,
} from "./platform/network-policies.ts";
export { PullSecret, type PullSecretArgs } from "./image/pull-secret.ts";
export { ReplicaSet, type ReplicaSetArgs } from "./mongodb/operator-replica-set.ts";
export type { Scaling } from "./settings/stack-settings.ts";
export type { RegistrySettings, RegistryUser } from "./settings/cluster-settings.ts";
export type { Expose, IngressSettings, Tls } from "./settings/expose-settings.ts";
export type { ClassStorage } from "./settings/mongodb-settings.ts";
export type { Collector, MetricsSettings } from "./settings/monitoring-settings.ts";
export { StorageClassStorage, type StorageClassStorageArgs } from "./mongodb/storage/storageclass-storage.ts";
export { UsersJob, type UsersJobArgs } from "./mongodb/users-job.ts";
export { WebService, type WebServiceArgs } from "./web/web-service.ts";
