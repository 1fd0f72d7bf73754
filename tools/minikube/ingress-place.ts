import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { findProfile, type Profile } from "../../infra/cluster/minikube/minikube-profile.ts";
import { ingressReach, reach } from "../../infra/cluster/minikube/node-address.ts";
import { urlHost } from "../../infra/cluster/url-host.ts";
import { accepts } from "../http/open-port.ts";
import { tryKubectl } from "../kubernetes/kubectl.ts";
import { queryUrl } from "../status/query-status.ts";
import type { Project } from "../pulumi/project-settings.ts";

/** Address behind an Ingress' host name. Works without a DNS entry. */
export interface IngressPlace {
  /** The stack's URL, with the controller's port unless it is the scheme's default. */
  readonly url: string;
  /** IP address of the controller. */
  readonly address: string;
  /** Command that must run while the host name is in use. @default none */
  readonly meanwhile?: string | undefined;
}

/** Milliseconds between two rounds of requests. */
const pollIntervalMs = 500;

/** An ingress controller's Service has type NodePort or LoadBalancer. The stacks' own Services are excluded. */
const servicesQuery = [
  "get",
  "services",
  "--all-namespaces",
  "--selector=app.kubernetes.io/part-of!=koa-mongo-stack",
  "--output=json",
];

/**
 * Finds the ingress controller that serves the stack. Tries the node's own port, where minikube's addon listens, then
 * node ports of Services.
 * @param url the stack's URL, without the controller's port
 * @param timeoutMs limit of the wait for a controller that serves the stack. Then returns the first controller
 * @returns undefined if minikube has no such cluster
 */
export async function findIngressPlace(
  project: Pick<Project, "minikubeProfile">,
  url: string,
  timeoutMs = 0,
): Promise<IngressPlace | undefined> {
  const found = await findProfile(project.minikubeProfile);
  if (found === undefined) return undefined;
  const { address, tunnel } = ingressReach(found);
  const node: IngressPlace = { url, address, meanwhile: tunnel };
  // Behind a tunnel, nothing answers until the user starts the tunnel.
  if (node.meanwhile !== undefined) return node;
  const isOpen = await accepts(node.address, portOf(url));
  const places = [...(isOpen ? [node] : []), ...(await nodePortPlaces(found, url))];
  return (places.length > 1 ? await untilOneServes(places, timeoutMs) : undefined) ?? places[0] ?? node;
}

async function nodePortPlaces(profile: Profile, url: string): Promise<IngressPlace[]> {
  const answer = await tryKubectl(profile.Name, servicesQuery);
  if (answer.kind !== "ok") return [];
  const port = url.startsWith("https:") ? 443 : 80;
  return nodePorts(answer.stdout, port).flatMap((nodePort) => {
    const { address, problem } = reach(profile, nodePort);
    const at = new URL(`http://${address}`);
    const host = at.hostname.replace(/^\[|\]$/g, "");
    // A hosts file accepts only IP addresses.
    if (problem !== undefined || isIP(host) === 0) return [];
    return [{ url: withPort(url, at.port), address: host }];
  });
}

/** The node ports for this port of the Services. */
function nodePorts(output: string, port: number): number[] {
  const { items } = JSON.parse(output) as {
    items: { spec: { ports?: { port: number; nodePort?: number }[] } }[];
  };
  return items
    .flatMap(({ spec }) => spec.ports ?? [])
    .filter((each) => each.port === port)
    .flatMap(({ nodePort }) => nodePort ?? []);
}

/** Other Services may have node ports too. Only an answer of the stack identifies its controller. */
async function untilOneServes(
  places: readonly IngressPlace[],
  timeoutMs: number,
): Promise<IngressPlace | undefined> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answers = await Promise.all(places.map((place) => queryUrl(place)));
    const serving = places.find((_, i) => answers[i]?.version !== undefined);
    if (serving !== undefined || Date.now() >= end) return serving;
    await sleep(pollIntervalMs);
  }
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port || (protocol === "https:" ? 443 : 80));
}

function withPort(url: string, port: string): string {
  const { protocol, hostname } = new URL(url);
  return `${protocol}//${urlHost(hostname)}:${port}`;
}
