import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { KubernetesObject } from "@kubernetes/client-node";
import { answerPortForward, type Forwarded } from "./fake-port-forward.ts";

/** The namespace in the output of `pulumi stack output` on a fake machine. */
export const namespace = "koa-mongo-stack-dev-1234";

/** API paths of a stack's objects, in its namespace. */
export const paths = {
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  statefulSets: `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
  pods: `/api/v1/namespaces/${namespace}/pods`,
  autoscalers: `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
  events: `/api/v1/namespaces/${namespace}/events`,
  secrets: `/api/v1/namespaces/${namespace}/secrets`,
  services: `/api/v1/namespaces/${namespace}/services`,
} as const;

/** The events of a watch, replayed for each watch: seconds to wait, then an object. */
export type Story = readonly (readonly [seconds: number, object: KubernetesObject])[];

/** How the server responds to requests. */
export type Behavior = "answers" | "hangs" | { readonly status: number; readonly message: string };

interface Line {
  readonly time: string;
  readonly text: string;
}

interface Follower {
  readonly pod: string;
  readonly response: ServerResponse;
}

interface Watcher {
  readonly path: string;
  readonly response: ServerResponse;
}

/** A kubeconfig for a cluster on a port of the loopback address. */
export function kubeconfig(port: number, context = "minikube"): string {
  const cluster = { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster }],
    users: [{ name: context, user: { token: "token" } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
  });
}

/** A local Kubernetes API with lists, watches, logs, port forwards, and raw responses. */
export class FakeApiServer {
  behavior: Behavior = "answers";
  /** All request paths, with their queries. */
  readonly requests: string[] = [];
  /** Responses other than lists, by path. Each request calls the function and returns its result as JSON. */
  readonly raw = new Map<string, () => unknown>();
  /** Stories that replace the objects in watches, by path. */
  readonly stories = new Map<string, Story>();
  /** Local ports behind port forwards, by pod name. */
  readonly forwarded = new Map<string, Forwarded>();
  readonly #objects = new Map<string, readonly KubernetesObject[]>();
  readonly #logs = new Map<string, Line[]>();
  readonly #rejectedLogs = new Map<string, readonly [status: number, message: string]>();
  readonly #followers = new Set<Follower>();
  readonly #watchers = new Set<Watcher>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #kubeconfig: string;
  readonly #upgraded = new Set<Duplex>();
  readonly #server = createServer((request, response) => {
    const url = request.url ?? "";
    this.requests.push(url);
    const { pathname, searchParams } = new URL(url, "http://x");
    this.#answer(decodeURIComponent(pathname), searchParams, response);
  });

  /** @param kubeconfig path of the kubeconfig to write */
  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
    this.#server.on("upgrade", (request, socket, head) => {
      this.#upgrade(request, socket, head);
    });
  }

  /** Starts the server on a free port, and writes the kubeconfig. */
  async start(context = "minikube"): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    writeFileSync(this.#kubeconfig, kubeconfig(this.port, context));
    return this;
  }

  /** Port on the loopback address. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Replaces the objects of a path, and notifies its watches. */
  set(path: string, objects: readonly KubernetesObject[]): void {
    const before = this.#objects.get(path) ?? [];
    this.#objects.set(path, objects);
    for (const { response } of [...this.#watchers].filter((watcher) => watcher.path === path)) {
      for (const object of objects) {
        const isKnown = before.some((other) => nameOf(other) === nameOf(object));
        sendEvent(response, isKnown ? "MODIFIED" : "ADDED", object);
      }
      const gone = before.filter((one) => !objects.some((other) => nameOf(other) === nameOf(one)));
      for (const object of gone) sendEvent(response, "DELETED", object);
    }
  }

  /** Adds a line to a pod's log. @param time RFC 3339 with nine digits */
  log(pod: string, time: string, text: string): void {
    const line = { time, text };
    this.#logs.set(pod, [...(this.#logs.get(pod) ?? []), line]);
    for (const follower of this.#followers) if (follower.pod === pod) follower.response.write(written(line));
  }

  /** Restarts a pod's container: ends its followed logs, and empties its log. */
  restart(pod: string): void {
    this.#logs.set(pod, []);
    for (const follower of [...this.#followers].filter((one) => one.pod === pod)) {
      this.#followers.delete(follower);
      follower.response.end();
    }
  }

  /** Deletes a pod, so that its log is not found. */
  forget(pod: string): void {
    this.restart(pod);
    this.#logs.delete(pod);
  }

  /** Returns an error for a pod's log. */
  rejectLog(pod: string, status: number, message: string): void {
    this.#rejectedLogs.set(pod, [status, message]);
  }

  /** Number of logs being followed. */
  get followers(): number {
    return this.#followers.size;
  }

  /** Closes all connections. */
  drop(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** Stops the server. Afterwards its port rejects connections. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#server.close();
    this.drop();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = request.url ?? "";
    this.requests.push(url);
    this.#upgraded.add(socket);
    socket.on("close", () => this.#upgraded.delete(socket));
    const pod = /\/pods\/([^/]+)\/portforward\?/.exec(url)?.[1] ?? "";
    answerPortForward({ request, socket, head }, this.forwarded.get(pod));
  }

  #answer(path: string, query: URLSearchParams, response: ServerResponse): void {
    if (this.behavior === "hangs") return;
    if (this.behavior !== "answers") {
      reject(response, this.behavior.status, this.behavior.message);
      return;
    }
    const [, pod] = /\/pods\/([^/]+)\/log$/.exec(path) ?? [];
    if (pod !== undefined) this.#answerLog(pod, query, response);
    else if (query.get("watch") === "true") this.#answerWatch(path, query, response);
    else if (this.raw.has(path)) json(response, this.raw.get(path)?.());
    else json(response, { items: this.#select(path, query) });
  }

  #answerLog(pod: string, query: URLSearchParams, response: ServerResponse): void {
    const rejected = this.#rejectedLogs.get(pod);
    if (rejected !== undefined) {
      reject(response, ...rejected);
      return;
    }
    const lines = this.#logs.get(pod);
    if (lines === undefined) {
      reject(response, 404, `pods "${pod}" not found`);
      return;
    }
    const tail = query.get("tailLines");
    // Kubernetes compares `sinceTime` in seconds.
    const since = (query.get("sinceTime") ?? "").slice(0, 19);
    const recent = lines.filter(({ time }) => time >= since);
    response.setHeader("content-type", "text/plain");
    response.flushHeaders();
    for (const line of tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)))) {
      response.write(written(line));
    }
    if (query.get("follow") !== "true") {
      response.end();
      return;
    }
    keep(this.#followers, { pod, response });
  }

  #answerWatch(path: string, query: URLSearchParams, response: ServerResponse): void {
    response.setHeader("content-type", "application/json");
    response.flushHeaders();
    const story = this.stories.get(path);
    if (story !== undefined) {
      let at = 0;
      for (const [seconds, object] of story) {
        at += seconds * 1000;
        this.#timers.add(
          setTimeout(() => {
            sendEvent(response, "MODIFIED", object);
          }, at),
        );
      }
      return;
    }
    for (const object of this.#select(path, query)) sendEvent(response, "ADDED", object);
    keep(this.#watchers, { path, response });
  }

  #select(path: string, query: URLSearchParams): readonly KubernetesObject[] {
    const wanted = (query.get("labelSelector") ?? "").split(",").filter((label) => label !== "");
    return (this.#objects.get(path) ?? []).filter(({ metadata }) =>
      wanted.every((label) => {
        const [key = "", value] = label.split("=");
        return metadata?.labels?.[key] === value;
      }),
    );
  }
}

function keep<T extends { readonly response: ServerResponse }>(all: Set<T>, one: T): void {
  all.add(one);
  one.response.on("close", () => all.delete(one));
}

function nameOf({ metadata }: KubernetesObject): string | undefined {
  return metadata?.name;
}

function written({ time, text }: Line): string {
  return `${time} ${text}\n`;
}

function sendEvent(response: ServerResponse, type: string, object: KubernetesObject): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function reject(response: ServerResponse, code: number, message: string): void {
  json(response, { kind: "Status", status: "Failure", message, code }, code);
}
