import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { profile as runningProfile, kubectlOn } from "../../support/cluster-kubectl.ts";
import { skipWithout } from "./prerequisites.ts";

const run = promisify(execFile);

/** Profile of the cluster that the test creates. No other cluster has this name. */
const ownProfile = "koa-mongo-stack-e2e";

/** A minikube of two nodes. */
export interface TwoNodeCluster {
  readonly profile: string;
  /** The node that doesn't have the database's files. */
  readonly other: string;
  /** Runs minikube on the cluster, and returns what it prints. */
  readonly minikube: (command: string, ...args: string[]) => Promise<string>;
  /** Runs kubectl on the cluster. */
  readonly kubectl: (...args: string[]) => Promise<string>;
  /**
   * Deletes the cluster if the test created it. Otherwise starts both nodes.
   * @param clear deletes the test's objects in a cluster that stays
   */
  cleanUp(clear: () => Promise<unknown>): Promise<void>;
}

/** Output of `minikube profile list --output json`, as far as it is used here. */
export interface Profiles {
  readonly valid?: readonly {
    readonly Name: string;
    readonly Config: { readonly Nodes: readonly unknown[] };
  }[];
}

/**
 * Returns the minikube of two nodes named by `TWO_NODES_PROFILE`, else the running one if it has two nodes. Otherwise
 * creates one, and skips the suite if minikube can't.
 * @throws {Error} `TWO_NODES_PROFILE` names no minikube of two nodes
 */
export async function needsTwoNodes(test: Mocha.Context): Promise<TwoNodeCluster> {
  const { stdout } = await run("minikube", ["profile", "list", "--output", "json"]).catch(() => ({
    stdout: "{}",
  }));
  const existing = existingProfile(JSON.parse(stdout) as Profiles, process.env.TWO_NODES_PROFILE);
  if (existing !== undefined) return cluster(existing, false);
  const own = cluster(ownProfile, true);
  await own.minikube("delete");
  const start = ["--cni=calico", "--addons=metrics-server", "--nodes", "2"];
  const failure = await own.minikube("start", ...start).then(() => undefined, reason);
  if (failure === undefined) return own;
  await own.minikube("delete");
  skipWithout(test, `minikube of two nodes: ${failure}`);
}

/**
 * Returns the profile of two nodes that a test may use.
 * @param named profile chosen by the user
 * @throws {Error} the named profile doesn't have two nodes
 */
export function existingProfile({ valid = [] }: Profiles, named: string | undefined): string | undefined {
  const hasTwoNodes = valid.some(
    ({ Name, Config }) => Name === (named ?? runningProfile) && Config.Nodes.length === 2,
  );
  if (hasTwoNodes) return named ?? runningProfile;
  if (named !== undefined)
    throw new Error(`TWO_NODES_PROFILE=${named}: minikube has no profile of this name with two nodes`);
  return undefined;
}

function cluster(profile: string, isOwn: boolean): TwoNodeCluster {
  const minikube = async (command: string, ...args: string[]) =>
    (await run("minikube", [command, "--profile", profile, ...args])).stdout;
  const kubectl = kubectlOn(profile);
  const other = `${profile}-m02`;
  return {
    profile,
    other,
    minikube,
    kubectl,
    async cleanUp(clear) {
      if (isOwn) {
        await minikube("delete");
        return;
      }
      // Starting a running node changes nothing.
      await minikube("node", "start", "m02");
      await kubectl("uncordon", other);
      await clear();
    },
  };
}

/** Why minikube ended: its line "Exiting due to …", else its last line, else the error of its start. */
export function reason(error: unknown): string {
  const { stderr = "", message } = error as Error & { readonly stderr?: string };
  const lines = stderr.split("\n").map((line) => line.trim());
  const exit =
    lines.find((line) => line.includes("Exiting due to ")) ?? lines.findLast((line) => line !== "");
  return exit?.replace(/^.*Exiting due to /, "") ?? message;
}
