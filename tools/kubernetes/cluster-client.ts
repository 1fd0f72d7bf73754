import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import type * as k8s from "@kubernetes/client-node";
import { UserError } from "../process/user-error.ts";

/** Clients for the APIs of one cluster. */
export interface ClusterClient {
  readonly core: k8s.CoreV1Api;
  readonly apps: k8s.AppsV1Api;
  readonly autoscaling: k8s.AutoscalingV2Api;
  readonly log: k8s.Log;
  readonly watch: k8s.Watch;
  readonly portForward: k8s.PortForward;
}

/** Timeout of a request, in milliseconds. Logs and watches have none. */
const answerTimeoutMs = 10_000;

/**
 * Creates clients for a context of the kubeconfig, or for the current context if undefined. Unlike kubectl, the
 * clients ignore HTTPS_PROXY and HTTP_PROXY, because such a proxy can't reach a node on this machine. A `proxy-url`
 * in the kubeconfig applies.
 * @throws {UserError} the kubeconfig has no such context
 */
export async function connectCluster(
  context: string | undefined,
  timeoutMs = answerTimeoutMs,
): Promise<ClusterClient> {
  // Importing the library takes half a second of CPU. Commands without a request to the cluster save the time.
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
 * Sends requests to the cluster of a context.
 * @throws {UserError} why the cluster does not answer
 * @throws an unexpected error of `question`, unchanged
 */
export async function queryCluster<T>(
  context: string | undefined,
  query: (client: ClusterClient) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  try {
    return await query(await connectCluster(context, timeoutMs));
  } catch (error) {
    if (isBug(error)) throw error;
    const why = whyUnanswered(error);
    throw new UserError(`The cluster does not answer: ${why}. To find the problem, run: npm run doctor`, {
      cause: error,
    });
  }
}

/** A plain Error is no bug: the kubeconfig's login programs fail with plain errors. */
function isBug(error: unknown): boolean {
  const isOurs = [TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind);
  const { cause, code } = error as Error & { code?: unknown };
  // A failed request is a TypeError with a cause. An invalid address in the kubeconfig is a TypeError with this code.
  return isOurs && cause === undefined && code !== "ERR_INVALID_URL";
}

/** Why a request to the cluster failed, as part of a sentence. */
export function whyUnanswered(error: unknown): string {
  const { name, message, cause, code, body } = error as Error & { code?: unknown; body?: unknown };
  if (name === "TimeoutError") return "the request timed out";
  if (typeof code === "number") {
    if (code === 401) return "the API server rejects the kubeconfig's credentials (HTTP 401)";
    return statusMessage(body) ?? `HTTP ${code}`;
  }
  if (cause instanceof Error) {
    const text = cause.message === "" ? String((cause as NodeJS.ErrnoException).code) : cause.message;
    return text.includes("certificate") ? `its certificate is not trusted: ${text}` : text;
  }
  return message;
}

/** The message of the Status object in the API server's error response. */
function statusMessage(body: unknown): string | undefined {
  try {
    const status: unknown = typeof body === "string" ? JSON.parse(body) : body;
    return (status as { message?: string } | undefined)?.message;
  } catch {
    return undefined;
  }
}

/**
 * Loads the kubeconfig and selects a context. Like kubectl, skips missing files of KUBECONFIG. The library's own
 * merge fails on missing files, and on names that two files share.
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

/** A file without a current context has an empty name, or no name. */
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
