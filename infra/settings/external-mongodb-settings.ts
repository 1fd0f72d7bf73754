import { RunError, secret, type Config, type Output } from "@pulumi/pulumi";
import { optionalText, rejectKeys } from "./config-values.ts";
import { requireCa } from "./pem.ts";

/** A MongoDB that the stack does not deploy. */
export interface ExternalMongo {
  readonly kind: "external";
  /** Connection string, a secret. */
  readonly uri: Output<string>;
  /** TCP ports that its servers listen on. */
  readonly ports: readonly number[];
  /** Certificates, in PEM, of the CA that signed the servers' certificates. @default Node's public CAs */
  readonly ca?: string;
}

const keys = ["mongodbUri", "mongodbPorts", "mongodbCa"] as const;

/**
 * Rejects the keys of an external MongoDB if the stack has another kind of MongoDB.
 * @throws {RunError} the key, and the command that removes it
 */
export function rejectExternalMongo(config: Config): void {
  rejectKeys(config, keys, "mongo external");
}

/**
 * Reads the settings of an external MongoDB. No error shows the connection string, which contains a password.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readExternalMongo(config: Config): ExternalMongo {
  const [uri = "", ports, ca] = keys.map((key) => optionalText(config, key));
  requireUri(uri);
  if (ca !== undefined) {
    requireCa("mongodbCa", ca);
    requireTls(uri);
  }
  return {
    kind: "external",
    uri: secret(uri),
    ports: ports === undefined ? portsOf(uri) : readPorts(ports),
    ...(ca === undefined ? {} : { ca }),
  };
}

const setUri = "Run: pulumi config set --secret mongodbUri";

function requireUri(uri: string): void {
  if (!/^mongodb(\+srv)?:\/\/[^/?]+\/[^/?]+(\?.*)?$/.test(uri)) {
    throw new RunError(
      "mongo external needs a connection string that names the database. " +
        `${setUri} 'mongodb+srv://USER:PASSWORD@HOST/app'`,
    );
  }
  const hosts = hostsOf(uri);
  if (uri.startsWith("mongodb+srv:") && !/^[^,:[\]]+$/.test(hosts)) {
    throw new RunError(
      "mongodbUri must have one host name and no port after mongodb+srv://, because DNS has the hosts and ports. " +
        `${setUri} 'mongodb+srv://USER:PASSWORD@HOST/app', or 'mongodb://USER:PASSWORD@HOST:PORT,HOST:PORT/app'`,
    );
  }
  const [, file] = /[?&](tls\w*File)=/i.exec(uri) ?? [];
  if (file === undefined) return;
  const instead =
    file.toLowerCase() === "tlscafile"
      ? "Remove the option, and run: pulumi config set mongodbCa < FILE.pem"
      : `Remove the option. ${setUri}`;
  throw new RunError(
    `The option ${file} in mongodbUri names a file, which the service's container does not have. ${instead}`,
  );
}

/** A connection string without `tls` is valid: the service enables TLS if it has a CA. */
function requireTls(uri: string): void {
  if (/[?&](tls|ssl)=false(&|$)/i.test(uri)) {
    throw new RunError(
      "mongodbCa needs TLS, and mongodbUri disables TLS. Run: pulumi config rm mongodbCa, or remove tls=false " +
        "from mongodbUri.",
    );
  }
  const [, insecure] = /[?&](tlsInsecure|tlsAllowInvalid\w+)=true(?:&|$)/i.exec(uri) ?? [];
  if (insecure === undefined) return;
  throw new RunError(
    `mongodbCa verifies MongoDB's certificate, and mongodbUri disables the verification. Remove ${insecure}=true from mongodbUri.`,
  );
}

function hostsOf(uri: string): string {
  return /^[^/]+:\/\/(?:[^/?]*@)?([^/?]+)/.exec(uri)?.[1] ?? "";
}

/** With `mongodb+srv`, DNS holds the ports. Hosted MongoDBs use MongoDB's own port. */
function portsOf(uri: string): number[] {
  const ports = hostsOf(uri)
    .split(",")
    .map((host) => Number(/:(\d+)$/.exec(host)?.[1] ?? 27017));
  return [...new Set(ports)];
}

function readPorts(text: string): number[] {
  const ports = text.split(",").map((port) => (/^\s*\d{1,5}\s*$/.test(port) ? Number(port) : NaN));
  if (ports.every((port) => port >= 1 && port <= 65_535)) return [...new Set(ports)];
  throw new RunError(
    `mongodbPorts must be TCP ports from 1 to 65535, separated by commas, such as 27017, not "${text}".`,
  );
}
