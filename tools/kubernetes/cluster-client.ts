import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import type * as k8s from "@kubernetes/client-node";
import { UserError } from "../process/user-error.ts";

/** The APIs of one cluster. */
export interface ClusterClient {
  readonly core: k8s.CoreV1Api;
  readonly apps: k8s.AppsV1Api;
  readonly autoscaling: k8s.AutoscalingV2Api;
  readonly log: k8s.Log;
  readonly watch: k8s.Watch;
  readonly portForward: k8s.PortForward;
}

/** Milliseconds in which the cluster answers a question. Logs and watches take as long as they take. */
const answerTimeoutMs = 10_000;

/**
 * Clients for a context of the kubeconfig, or undefined for the current one. They connect directly: unlike kubectl, they
 * ignore HTTPS_PROXY and HTTP_PROXY, whose proxy can't reach a node on this machine. A `proxy-url` in the kubeconfig is
 * used.
 * @throws {UserError} the kubeconfig has no such context
 */
export async function connectCluster(
  context: string | undefined,
  timeoutMs = answerTimeoutMs,
): Promise<ClusterClient> {
  // Loading it takes half a second of CPU, which commands without a question to the cluster save.
  const library = await import("@kubernetes/client-node");
  const config = readKubeconfig(library, context);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new UserError(`the kubeconfig has no cluster for the ${nameOf(context)}`);
  const configuration = library.createConfiguration({
    baseServer: new library.ServerConfiguration(server, {}),
    authMethods: { default: config },
    promiseMiddleware: [limitTime(timeoutMs)],
  });
  return {
    core: new library.CoreV1Api(configuration),
    apps: new library.AppsV1Api(configuration),
    autoscaling: new library.AutoscalingV2Api(configuration),
    log: new library.Log(config),
    watch: new library.Watch(config),
    portForward: new library.PortForward(config),
  };
}

/**
 * Asks the cluster of a context.
 * @throws {UserError} why it does not answer
 * @throws a bug of the question, as it is
 */
export async function askCluster<T>(
  context: string | undefined,
  question: (client: ClusterClient) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  try {
    return await question(await connectCluster(context, timeoutMs));
  } catch (error) {
    if (isBug(error)) throw error;
    const why = whyUnanswered(error);
    throw new UserError(`The cluster does not answer: ${why}. See what is wrong: npm run doctor`, {
      cause: error,
    });
  }
}

/** Plain errors are no bugs: the programs that a kubeconfig names for the login fail with these. */
function isBug(error: unknown): boolean {
  const isOurs = [TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind);
  const { cause, code } = error as Error & { code?: unknown };
  // A request that fails is a TypeError with a cause. An invalid address in the kubeconfig is one with this code.
  return isOurs && cause === undefined && code !== "ERR_INVALID_URL";
}

/** Why a question to the cluster failed, as part of a sentence. */
export function whyUnanswered(error: unknown): string {
  const { name, message, cause, code, body } = error as Error & { code?: unknown; body?: unknown };
  if (name === "TimeoutError") return "it took too long";
  if (typeof code === "number") {
    if (code === 401) return "it does not accept the kubeconfig's credentials (HTTP 401)";
    return statusMessage(body) ?? `HTTP ${code}`;
  }
  if (cause instanceof Error) {
    const text = cause.message === "" ? String((cause as NodeJS.ErrnoException).code) : cause.message;
    return text.includes("certificate") ? `its certificate is not trusted: ${text}` : text;
  }
  return message;
}

/** The message of the Status object that the API server answers errors with. */
function statusMessage(body: unknown): string | undefined {
  try {
    const status: unknown = typeof body === "string" ? JSON.parse(body) : body;
    return (status as { message?: string } | undefined)?.message;
  } catch {
    return undefined;
  }
}

/**
 * The kubeconfig, with this context as the current one. As kubectl does, it skips files of KUBECONFIG that don't exist;
 * the library's own merge fails on these, and on names that two files share.
 */
function readKubeconfig(library: typeof k8s, context: string | undefined): k8s.KubeConfig {
  const options = { onInvalidEntry: "filter" } as const;
  const { KUBECONFIG = "" } = process.env;
  const configs = KUBECONFIG.split(delimiter)
    .filter((file) => existsSync(file))
    .map((file) => {
      const config = new library.KubeConfig();
      config.loadFromFile(file, options);
      return config;
    });
  if (KUBECONFIG === "") {
    const config = new library.KubeConfig();
    config.loadFromDefault(options);
    configs.push(config);
  }
  const name = context ?? configs.map((config) => config.getCurrentContext()).find(isNamed);
  const found = configs.find((config) => name !== undefined && config.getContextObject(name) !== null);
  if (name === undefined || found === undefined)
    throw new UserError(`the kubeconfig has no ${nameOf(context)}`);
  found.setCurrentContext(name);
  return found;
}

/** A file without a current context has an empty name, or none. */
function isNamed(context: string | undefined): boolean {
  return context !== undefined && context !== "";
}

function nameOf(context: string | undefined): string {
  return context === undefined ? "current context" : `context "${context}"`;
}

function limitTime(timeoutMs: number): k8s.Middleware {
  return {
    pre: async (request) => {
      request.setSignal(AbortSignal.timeout(timeoutMs));
      return await Promise.resolve(request);
    },
    post: async (response) => await Promise.resolve(response),
  };
}
