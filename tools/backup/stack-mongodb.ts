import { MongoClient, MongoError, type Db, type MongoClientOptions } from "mongodb";
import { findProfile, isRunning } from "../../infra/cluster/minikube/minikube-profile.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { installMissing } from "../install/missing-programs.ts";
import { queryCluster, connectCluster, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { isReady } from "../kubernetes/ready-pod.ts";
import { openPodTunnel, type PodTunnel } from "../kubernetes/pod-tunnel.ts";
import { isSystemError, UserError } from "../process/user-error.ts";
import type { Project } from "../pulumi/project-settings.ts";
import { deployedOutputs, findStack } from "../pulumi/pulumi-stack.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import {
  atAddress,
  firstHost,
  podsOf,
  readConnection,
  serviceOf,
  type ConnectionSettings,
  type ServiceName,
} from "./connection-settings.ts";
import { explainMongodbError } from "./mongodb-error.ts";

/**
 * Connects to the stack's database as the service's user, and runs `work`. The connection to an in-cluster MongoDB
 * goes through a tunnel into its pod, and any other connection is direct.
 * @param signal ends the download of a missing program, the questions to Pulumi, and the connection
 * @throws {UserError} there is no stack, MongoDB does not answer, or MongoDB returned an error
 */
export async function withMongodb<T>(
  context: CommandContext,
  signal: AbortSignal,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const { project, step } = context;
  await step("Pulumi", () => requirePulumi(context));
  await installMissing(context, ["pulumi"], signal);
  const namespace = await step("stack", () => findNamespace(project, signal));
  if (project.cluster === "minikube") await installMissing(context, ["minikube"], signal);
  const connection = new Connection(signal);
  try {
    const db = await step("MongoDB", async ({ title }) => {
      const found = await connection.open(project, namespace);
      title(`MongoDB: ${connection.where}`);
      return found;
    });
    return await work(db);
  } catch (error) {
    throw connection.explain(error);
  } finally {
    await connection.close();
  }
}

async function findNamespace(project: Project, signal: AbortSignal): Promise<string> {
  return (await deployedOutputs(await findStack(project, signal))).namespace;
}

/** The kubeconfig context of the stack's cluster, or undefined for the current one. */
async function findContext({
  cluster,
  context,
  minikubeProfile: profile,
}: Project): Promise<string | undefined> {
  if (cluster !== "minikube") return context === "" ? undefined : context;
  const found = await findProfile(profile);
  if (found === undefined) throw new UserError(`The minikube cluster "${profile}" is gone. Run: npm run up`);
  if (!isRunning(found)) {
    throw new UserError(
      `The minikube cluster "${profile}" is not running (${found.Status}). Run: npm run up`,
    );
  }
  return profile;
}

async function findReadyPod(context: string | undefined, service: ServiceName): Promise<string> {
  const pods = await queryCluster(context, (client) => podsOf(client, service));
  const name = pods.find(isReady)?.metadata?.name;
  if (name !== undefined) return name;
  const [other] = pods;
  throw new UserError(
    `MongoDB's pod ${other?.metadata?.name ?? `in ${service.namespace}`} is not ` +
      `${other === undefined ? "found" : "ready"}. Run: npm run up`,
  );
}

const clientOptions: MongoClientOptions = {
  appName: "koa-mongo-stack backup",
  serverSelectionTimeoutMS: 15_000,
  connectTimeoutMS: 10_000,
  // Creating an index of a large collection takes long.
  socketTimeoutMS: 0,
  maxPoolSize: 2,
  serverMonitoringMode: "poll",
};

/** A connection to MongoDB, with a tunnel if needed. */
class Connection {
  /** Name of the pod or of the host, for messages. */
  where = "";
  #client: MongoClient | undefined;
  #tunnel: PodTunnel | undefined;
  readonly #signal: AbortSignal;
  readonly #abort = () => void this.close();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#abort);
  }

  async open(project: Project, namespace: string): Promise<Db> {
    const context = await findContext(project);
    this.#signal.throwIfAborted();
    const settings = await queryCluster(context, (client) => readConnection(client, namespace));
    this.#signal.throwIfAborted();
    if (settings === undefined) {
      throw new UserError(`The namespace ${namespace} has no Deployment of the service. Run: npm run up`);
    }
    const { host, port } = firstHost(settings.uri);
    const service = port === undefined ? undefined : serviceOf(host, namespace);
    if (port === undefined || service === undefined) return await this.#connectDirectly(settings, host);

    const pod = await findReadyPod(context, service);
    this.#signal.throwIfAborted();
    const cluster = await connectCluster(context);
    const open = async (name: string) => {
      await this.#closeBoth();
      return await this.#connectTo(cluster, { ...service, pod: name, host, port }, settings);
    };
    const db = await open(pod);
    const { isWritablePrimary, primary } = await db.command({ hello: 1 });
    if (isWritablePrimary === true) return db;
    if (typeof primary !== "string") {
      throw new UserError("MongoDB's replica set has no primary. To see its pods, run: npm run status");
    }
    // A member's host name starts with the name of its pod.
    return await open(primary.replace(/[.:].*/, ""));
  }

  /** Turns an error of the driver into a message for the user. Returns any other error unchanged. */
  explain(error: unknown): unknown {
    return explainMongodbError(error, this.where, this.#tunnel?.failure());
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#abort);
    await this.#closeBoth();
  }

  async #closeBoth(): Promise<void> {
    this.#tunnel?.close();
    await this.#client?.close();
  }

  async #connectDirectly(settings: ConnectionSettings, host: string): Promise<Db> {
    this.where = host;
    try {
      return await this.#connect(settings, {});
    } catch (error) {
      // Node looks up the records of `mongodb+srv`, so the error is not one of the driver.
      if (!(error instanceof MongoError || isSystemError(error))) throw error;
      throw new UserError(
        `MongoDB (${this.where}) does not answer this machine: ${error.message}. ` +
          "Run the command on a machine that reaches MongoDB.",
        { cause: error },
      );
    }
  }

  async #connectTo(
    { portForward }: ClusterClient,
    target: {
      readonly namespace: string;
      readonly pod: string;
      readonly host: string;
      readonly port: number;
    },
    settings: ConnectionSettings,
  ): Promise<Db> {
    this.where = `pod ${target.pod}`;
    this.#tunnel = await openPodTunnel(portForward, target);
    // The TLS certificate is issued for this host name, not for the tunnel's address.
    const options = { directConnection: true, servername: target.host };
    const uri = atAddress(settings.uri, `127.0.0.1:${this.#tunnel.port}`);
    return await this.#connect({ ...settings, uri }, options);
  }

  async #connect({ uri, ca }: ConnectionSettings, options: MongoClientOptions): Promise<Db> {
    const trust = ca === undefined ? {} : { tls: true, ca };
    this.#client = new MongoClient(uri, { ...clientOptions, ...trust, ...options });
    await this.#client.connect();
    this.#signal.throwIfAborted();
    return this.#client.db();
  }
}
