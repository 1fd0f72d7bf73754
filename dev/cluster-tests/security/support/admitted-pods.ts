import { askKubectl, list } from "../../support/cluster-kubectl.ts";

/** A pod, as the cluster has admitted it. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly automountServiceAccountToken?: boolean;
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly securityContext: SecurityContext;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  };
  readonly status: {
    readonly phase: string;
    readonly podIP: string;
    readonly hostIP: string;
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

interface Container {
  readonly name: string;
  readonly securityContext: SecurityContext;
}

/** Every pod of a namespace, also those that are done. */
export async function allPods(namespace: string): Promise<Pod[]> {
  return await list<Pod>("pods", "--namespace", namespace);
}

/** The pods of a component that run and are not on their way out. */
export async function podsOf(namespace: string, component: string): Promise<Pod[]> {
  return (await allPods(namespace)).filter(
    ({ metadata, status }) =>
      metadata.labels?.["app.kubernetes.io/name"] === component &&
      metadata.deletionTimestamp === undefined &&
      status.phase === "Running",
  );
}

/** The only pod of MongoDB that runs. */
export async function mongodbPod(namespace: string): Promise<Pod> {
  const [pod] = await podsOf(namespace, "mongodb");
  if (pod === undefined) throw new Error(`MongoDB does not run in ${namespace}`);
  return pod;
}

/** What a pod has that the restricted standard, a read-only root and no token forbid, a sentence each. */
export function podFaults({ metadata, spec }: Pod): string[] {
  const faults = [
    [spec.automountServiceAccountToken !== false, "a service account's token"],
    [spec.hostNetwork === true || spec.hostPID === true || spec.hostIPC === true, "a part of the node"],
    [spec.volumes?.some((volume) => "hostPath" in volume) === true, "a folder of the node"],
    [JSON.stringify(spec.volumes ?? []).includes("serviceAccountToken"), "a projected token"],
    ...[...(spec.initContainers ?? []), ...spec.containers].flatMap((container) =>
      containerFaults(spec.securityContext, container),
    ),
  ] as const;
  return faults.filter(([is]) => is).map(([, what]) => `${metadata.name}: ${what}`);
}

function containerFaults(pod: SecurityContext, { name, securityContext }: Container): [boolean, string][] {
  const context = { ...pod, ...securityContext };
  const { add = [], drop = [] } = context.capabilities ?? {};
  return [
    [context.runAsNonRoot !== true || (context.runAsUser ?? 0) === 0, `${name} may be root`],
    [context.seccompProfile?.type !== "RuntimeDefault", `${name} has no seccomp profile`],
    [context.allowPrivilegeEscalation !== false || context.privileged === true, `${name} may gain rights`],
    [context.readOnlyRootFilesystem !== true, `${name} writes to its root`],
    [!drop.includes("ALL") || add.length > 0, `${name} has capabilities`],
  ];
}

/** Runs a program in a pod and gives what it prints; what is secret goes in through stdin. */
export async function inPod(
  namespace: string,
  pod: string,
  program: readonly string[],
  stdin = "",
): Promise<string> {
  const args = ["exec", "--stdin", "--namespace", namespace, pod, "--", ...program];
  const { code, stdout, stderr } = await askKubectl(args, { input: stdin });
  if (code !== 0) throw new Error(`${program[0] ?? ""} in ${pod} ended with ${code}: ${stderr}${stdout}`);
  return stdout.trim();
}
