import { randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { OtherStacks, Occupant, StackNamespace } from "./other-stacks.ts";

/** Resources of the cluster that the stack claims, and that only one stack can have. */
export interface Claims {
  /** The stack's name, for the message. */
  readonly stack: string;
  readonly nodePort?: number | undefined;
  /** Host name of the Ingress. */
  readonly host?: string | undefined;
  /** Path of the directory on the node with the database's files. */
  readonly directory?: string | undefined;
}

/**
 * The stack's random id, which it keeps in its state. A stack of the same name in another clone has another id.
 * After the loss of its state, so does this stack.
 */
export function stackOwner(name: string): pulumi.Output<string> {
  const stash = new pulumi.Stash(name, { input: randomUUID() }, { ignoreChanges: ["input"] });
  return stash.output as pulumi.Output<string>;
}

/**
 * Resolves when no other stack owns any of the claims. A preview does not know the id of a new stack, and checks
 * nothing.
 * @param otherStacks undefined if kubectl can't list them: then Kubernetes itself rejects collisions
 * @returns whether the stack may be in the cluster already; false only if it certainly is not
 * @throws {pulumi.RunError} the owner, and the ways forward
 */
export async function requireUnclaimed(
  owner: pulumi.Output<string>,
  claims: Claims,
  otherStacks: OtherStacks | undefined,
): Promise<boolean> {
  if (otherStacks === undefined || pulumi.runtime.isDryRun()) return true;
  const id = await new Promise<string>((resolve) => {
    owner.apply(resolve);
  });
  const { namespaces } = otherStacks;
  const hasLabel = ({ owner: other }: StackNamespace) => other === id;
  // A stack of a version before the label recognizes its namespace by its outputs.
  const older = namespaces.some(hasLabel) ? undefined : await ownNamespace();
  const isOwn = (namespace: StackNamespace) => hasLabel(namespace) || namespace.name === older;
  const found = conflict(claims, otherStacks, isOwn);
  if (found !== undefined) throw new pulumi.RunError(found);
  return namespaces.some(isOwn);
}

/** The namespace that the last `up` exported. Undefined before the first `up`. */
async function ownNamespace(): Promise<unknown> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: Record<string, unknown>;
  };
  return outputs?.namespace;
}

/** Returns the message about the first claim that another stack or program holds, or undefined. */
export function conflict(
  { stack, nodePort, host, directory }: Claims,
  { namespaces, occupants }: OtherStacks,
  isOwn: (namespace: StackNamespace) => boolean,
): string | undefined {
  /** The object that holds the claim in a namespace other than the stack's. */
  const holder = (kind: Occupant["kind"], claim: Occupant["holds"] | undefined) =>
    occupants.find((occupant) => {
      const namespace = namespaces.find(({ name }) => name === occupant.namespace);
      const isHeld = claim !== undefined && occupant.kind === kind && occupant.holds === claim;
      return isHeld && namespace !== undefined && !isOwn(namespace);
    });
  const volume = holder("PersistentVolume", directory);
  const claims = [
    [
      `Port ${nodePort ?? ""} of the node`,
      holder("Service", nodePort),
      "port",
      "pulumi config set nodePort 0",
    ],
    [`The host ${host ?? ""}`, holder("Ingress", host), "host", "pulumi config set host NAME"],
    [`The directory ${directory ?? ""} of the node`, volume, "directory", "pulumi stack init NAME"],
  ] as const;
  for (const [what, by, kind, command] of claims) {
    if (by === undefined) continue;
    const start = `${what} is in use by the ${by.kind} ${by.name} in the namespace ${by.namespace}`;
    const isStack = namespaces.some(({ name, isStack }) => isStack && name === by.namespace);
    if (!isStack) return `${start}. To use another ${kind}, run: ${command}`;
    return otherStack(start, by.namespace, stack, volume?.namespace === by.namespace);
  }
  return undefined;
}

/** @param hasFiles whether the other stack keeps its documents in the directory that this stack would use */
function otherStack(start: string, namespace: string, stack: string, hasFiles: boolean): string {
  const documents = hasFiles
    ? "MongoDB's files stay on the node, and the next `up` continues with them;"
    : "This deletes the stack's documents, unless they are in a directory of the node. Back up the documents first;";
  return [
    `${start}, which another clone created, or this clone before it lost its state. Nothing was changed. You can:`,
    "- use that stack: run the commands in its clone;",
    "- remove that stack: run `npm run down` in its clone. If the clone no longer exists, run:",
    `  kubectl delete namespace ${namespace}; kubectl delete pv --selector app.kubernetes.io/instance=${namespace}`,
    `  ${documents}`,
    `- keep both: deploy this stack under another name than ${stack}, at a port that Kubernetes chooses. Run:`,
    "  PULUMI_STACK=second npm run up",
  ].join("\n");
}
