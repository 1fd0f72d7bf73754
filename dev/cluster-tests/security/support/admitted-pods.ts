import type { V1Container, V1PodSecurityContext } from "@kubernetes/client-node";
import { runKubectl } from "../../support/cluster-kubectl.ts";
import { pods, type Pod } from "../../support/cluster-objects.ts";

/** A running pod, which therefore has its addresses. */
export type RunningPod = Pod & { readonly status: { readonly podIP: string; readonly hostIP: string } };

/** The pods of a component that run and are not terminating. */
export async function podsOf(namespace: string, component: string): Promise<RunningPod[]> {
  return (await pods(namespace))
    .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === component)
    .filter(isRunning);
}

function isRunning(pod: Pod): pod is RunningPod {
  const { phase, podIP, hostIP } = pod.status;
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  return phase === "Running" && !isTerminating && podIP !== undefined && hostIP !== undefined;
}

/** The only running pod of MongoDB. */
export async function mongodbPod(namespace: string): Promise<RunningPod> {
  const [pod] = await podsOf(namespace, "mongodb");
  if (pod === undefined) throw new Error(`no running pod of MongoDB in ${namespace}`);
  return pod;
}

/** Returns a phrase for each violation of the restricted standard, the read-only root, or the ban on tokens. */
export function podViolations({ metadata, spec }: Pod): string[] {
  const violations = [
    [spec.automountServiceAccountToken !== false, "a service account's token"],
    [spec.hostNetwork === true || spec.hostPID === true || spec.hostIPC === true, "a namespace of the node"],
    [spec.volumes?.some((volume) => "hostPath" in volume) === true, "a folder of the node"],
    [JSON.stringify(spec.volumes ?? []).includes("serviceAccountToken"), "a projected token"],
    ...[...(spec.initContainers ?? []), ...spec.containers].flatMap((container) =>
      containerViolations(spec.securityContext, container),
    ),
  ] as const;
  return violations.filter(([is]) => is).map(([, what]) => `${metadata.name}: ${what}`);
}

function containerViolations(
  pod: V1PodSecurityContext | undefined,
  { name, securityContext: own }: V1Container,
): [boolean, string][] {
  const capabilities = own?.capabilities;
  const isNonRoot = own?.runAsNonRoot ?? pod?.runAsNonRoot;
  const user = own?.runAsUser ?? pod?.runAsUser ?? 0;
  const seccomp = own?.seccompProfile ?? pod?.seccompProfile;
  return [
    [isNonRoot !== true || user === 0, `${name} may run as root`],
    [seccomp?.type !== "RuntimeDefault", `${name} has no seccomp profile`],
    [own?.allowPrivilegeEscalation !== false || own.privileged === true, `${name} may gain privileges`],
    [own?.readOnlyRootFilesystem !== true, `${name} has a writable root filesystem`],
    [
      capabilities?.drop?.includes("ALL") !== true || (capabilities.add ?? []).length > 0,
      `${name} has capabilities`,
    ],
  ];
}

/** Runs a program in a pod, and returns its output. Pass secrets through stdin. */
export async function inPod(
  namespace: string,
  pod: string,
  program: readonly string[],
  stdin = "",
): Promise<string> {
  const args = ["exec", "--stdin", "--namespace", namespace, pod, "--", ...program];
  const { code, stdout, stderr } = await runKubectl(args, { input: stdin });
  if (code !== 0) throw new Error(`${program[0] ?? ""} in ${pod} ended with ${code}: ${stderr}${stdout}`);
  return stdout.trim();
}
