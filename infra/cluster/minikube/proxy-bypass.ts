import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { isIP } from "node:net";
import { RunError } from "@pulumi/pulumi/errors.js";
import type { ClusterSettings } from "../../settings/cluster-settings.ts";
import { queryKubectl } from "../kubectl-query.ts";
import { isInNetwork } from "./ip-network.ts";

type Variables = Record<string, string | undefined>;

const proxyNames = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
const bypassNames = ["NO_PROXY", "no_proxy"] as const;

/** This machine, and the networks in minikube's documentation: those of its drivers and of Services. */
const minikubeNetworks = [
  "localhost",
  "127.0.0.1",
  "10.96.0.0/12",
  "192.168.39.0/24",
  "192.168.49.0/24",
  "192.168.59.0/24",
];

/**
 * If a proxy is set, lets this process's child processes connect to a minikube cluster directly. No proxy can reach
 * a node on this machine. NO_PROXY keeps the user's entries, and no_proxy gets the same value.
 */
export function bypassProxy(profile: string, env: Variables = process.env): void {
  if (!proxyNames.some((name) => isSet(env[name]))) return;
  const current = bypassNames.flatMap((name) => entries(env[name]));
  const value = [...new Set([...current, ...minikubeNetworks, ...nodeAddresses(profile, env)])].join(",");
  for (const name of bypassNames) env[name] = value;
}

/**
 * Checks that Pulumi's providers connect to a minikube cluster directly. Pulumi starts the providers with its own
 * environment, which this program can't change. An API server that is not minikube's may need the proxy.
 * @throws {RunError} the command that sets NO_PROXY
 */
export async function requireBypass(cluster: ClusterSettings, env: Variables = process.env): Promise<void> {
  // The API server and the node's Docker both use TLS, so HTTP_PROXY does not matter.
  const variable = ["HTTPS_PROXY", "https_proxy"].find((name) => isSet(env[name]));
  if (variable === undefined || cluster.kind !== "minikube") return;
  const host = await queryKubectl(cluster.profile, serverQuery, hostOf);
  if (host === undefined || isLocal(host) || isBypassed(host, env)) return;
  const value = [...new Set([...bypassNames.flatMap((name) => entries(env[name])), host])].join(",");
  throw new RunError(
    `${variable} is set, and NO_PROXY does not have ${host}, the address of the minikube cluster. Pulumi ` +
      `would connect to the cluster through the proxy. Run: export NO_PROXY=${value} no_proxy=${value}`,
  );
}

const serverQuery = ["config", "view", "--minify", "--output", "jsonpath={.clusters[0].cluster.server}"];

function hostOf(server: string): string {
  return new URL(server).hostname.replace(/^\[|\]$/g, "");
}

/** Go connects to these hosts without a proxy. */
function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** If both spellings are set, programs differ in which of the two they read. */
function isBypassed(host: string, env: Variables): boolean {
  const lists = bypassNames.map((name) => entries(env[name])).filter((list) => list.length > 0);
  return lists.length > 0 && lists.every((list) => list.some((entry) => matches(entry, host)));
}

/** Matches an entry of NO_PROXY as Go does: an address, a network, a domain, or `*`. */
function matches(entry: string, host: string): boolean {
  if (entry === "*" || entry === host) return true;
  if (entry.includes("/")) return isInNetwork(host, entry);
  return isIP(host) === 0 && host.endsWith(`.${entry.replace(/^\*?\./, "")}`);
}

/** The nodes' addresses, from minikube's own file. `minikube profile list` takes longer than most commands here. */
function nodeAddresses(profile: string, env: Variables): string[] {
  try {
    const file = join(minikubeFolder(env), "profiles", profile, "config.json");
    const { Nodes } = JSON.parse(readFileSync(file, "utf8")) as { Nodes: readonly { readonly IP: string }[] };
    return Nodes.map(({ IP }) => IP).filter((address) => address !== "");
  } catch {
    // The cluster does not exist yet.
    return [];
  }
}

/** The same rule that minikube applies. */
function minikubeFolder({ MINIKUBE_HOME }: Variables): string {
  const home = isSet(MINIKUBE_HOME) ? MINIKUBE_HOME : homedir();
  return basename(home) === ".minikube" ? home : join(home, ".minikube");
}

function entries(list: string | undefined): string[] {
  return (list ?? "").split(",").flatMap((entry) => (entry.trim() === "" ? [] : [entry.trim()]));
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
