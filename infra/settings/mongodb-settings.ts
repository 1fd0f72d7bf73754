import { RunError, type Config } from "@pulumi/pulumi";
import { bytesOf } from "../cluster/nodes/quantity.ts";
import { minMemory } from "../mongodb/mongod-options.ts";
import { minMajor, versionOf } from "../mongodb/mongodb-version.ts";
import { integer, matching, oneOf } from "./config-values.ts";
import { readExternalMongo, rejectExternalMongo, type ExternalMongo } from "./external-mongodb-settings.ts";

/** The storage of the database's files. */
export type StorageSettings =
  | { readonly kind: "hostPath"; readonly size: string; readonly keepData: boolean }
  | { readonly kind: "storageClass"; readonly size: string; readonly className: string };

/** A volume of a StorageClass. */
export type ClassStorage = Extract<StorageSettings, { kind: "storageClass" }>;

/** The kind of MongoDB. */
export type MongoSettings =
  /** One MongoDB that the stack deploys. */
  | {
      readonly kind: "standalone";
      readonly image: string;
      /** Memory of the container, a Kubernetes quantity. WiredTiger's cache depends on it. */
      readonly memory: string;
      /** Another version creates other users, with other passwords. */
      readonly passwordVersion: number;
      readonly storage: StorageSettings;
    }
  /** A replica set of three members, run by Percona's operator. */
  | {
      readonly kind: "operator";
      /** Whether the stack installs the operator. Otherwise the cluster must have an operator for every namespace. */
      readonly installs: boolean;
      /** Memory of each member, a Kubernetes quantity. */
      readonly memory: string;
      readonly storage: ClassStorage;
    }
  | ExternalMongo;

const kinds = ["standalone", "operator", "external"] as const;
/** A larger number is not a plausible version. */
const passwordVersionLimit = 999_999;
const memoryMinimum = [minMemory, "mongod and its tools need half a GiB in addition to the cache."] as const;
const storageMinimum = ["1Gi", "MongoDB's journal and diagnostics need 350 MB."] as const;

/**
 * Reads MongoDB's settings.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readMongo(config: Config): MongoSettings {
  const kind = oneOf(config, "mongo", kinds);
  const image = readImage(config);
  const memory = atLeast(config, "mongoMemory", /^[1-9]\d*(Mi|Gi)$/, memoryMinimum);
  const passwordVersion = integer(config, "passwordVersion", 1, passwordVersionLimit);
  const storage = readStorage(config);
  const installs = config.requireBoolean("installOperator");
  if (kind !== "external") rejectExternalMongo(config);

  if (kind !== "operator" && !installs) throw onlyWith("installOperator", "mongo operator");
  if (kind === "standalone") return { kind, image, memory, passwordVersion, storage };
  if (passwordVersion > 1) throw onlyWith("passwordVersion", "mongo standalone");
  if (kind === "operator") return { kind, installs, memory, storage: requireClass(storage) };
  if (storage.kind === "hostPath" && storage.keepData) throw onlyWith("keepData", "mongo standalone");
  return readExternalMongo(config);
}

function readImage(config: Config): string {
  const image = matching(
    config,
    "mongoImage",
    /^[\w./:-]+[:@][\w.:-]*\d[\w.:-]*$/,
    "an image with its version, such as mongo:8.0",
  );
  const major = versionOf(image)?.major;
  if (major === undefined || major >= minMajor) return image;
  throw new RunError(
    `mongoImage must be MongoDB ${minMajor}.0 or newer, not "${image}". MongoDB no longer maintains older versions. ` +
      "For a new database, run: pulumi config set mongoImage mongo:8.0. For a database with documents, use the " +
      `previous release of this template. Upgrade MongoDB there to ${minMajor}.0, one major version at a time. ` +
      "Or create a backup there, and restore the backup into a new database.",
  );
}

/** Reads a quantity with a minimum. The reason for the minimum is a sentence of the error. */
function atLeast(
  config: Config,
  key: string,
  pattern: RegExp,
  [min, reason]: readonly [string, string],
): string {
  const quantity = matching(config, key, pattern, `a quantity such as ${min} or 10Gi`);
  if (bytesOf(quantity) >= bytesOf(min)) return quantity;
  throw new RunError(
    `${key} must be ${min} or more, not ${quantity}. ${reason} Run: pulumi config set ${key} 1Gi`,
  );
}

function onlyWith(key: string, what: string): RunError {
  return new RunError(`${key} is valid only with ${what}. Run: pulumi config rm ${key}`);
}

function requireClass(storage: StorageSettings): ClassStorage {
  if (storage.kind === "storageClass") return storage;
  throw new RunError(
    "With mongo operator, storage must be the name of a StorageClass, not hostPath. " +
      "`kubectl get storageclass` lists the names. Run: pulumi config set storage NAME",
  );
}

function readStorage(config: Config): StorageSettings {
  const size = atLeast(config, "storageSize", /^[1-9]\d*(Mi|Gi|Ti|M|G|T)$/, storageMinimum);
  const className = matching(
    config,
    "storage",
    /^(hostPath|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/,
    "hostPath or the name of a StorageClass",
  );
  const keepData = config.requireBoolean("keepData");
  if (className === "hostPath") return { kind: "hostPath", size, keepData };
  if (keepData) {
    throw new RunError(
      "keepData is valid only with storage hostPath. The reclaim policy of the StorageClass " +
        `"${className}" decides whether its volumes are kept. Run: pulumi config rm keepData`,
    );
  }
  return { kind: "storageClass", size, className };
}
