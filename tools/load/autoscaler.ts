import { askKubectl, kubectl } from "../kubernetes/kubectl.ts";
import { mustAsk } from "../process/child-process.ts";
import { UserError } from "../process/user-error.ts";
import { webSelector } from "../traffic/web-selector.ts";
import { watch, type Watch } from "../traffic/cluster-watch.ts";
import { wantedPods } from "../kubernetes/desired-replicas.ts";

/** The service's HorizontalPodAutoscaler. */
export interface Autoscaler {
  readonly min: number;
  readonly max: number;
  /** Average CPU in percent of the pods' request, above which it adds pods. */
  readonly target: number;
}

/** What it said at a moment. */
export interface Scaling {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly current: number;
  readonly wanted: number;
  /** Average CPU in percent of the request; undefined where it knows none. */
  readonly cpu?: number | undefined;
}

interface Hpa {
  readonly spec: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly {
      readonly resource?: { readonly target: { readonly averageUtilization?: number } };
    }[];
  };
}

/**
 * Finds it.
 * @throws {UserError} there is none
 */
export async function findAutoscaler(profile: string, namespace: string): Promise<Autoscaler> {
  const { program, args } = kubectl(profile, ["get", ...objects(namespace), "--output", "json"]);
  const { items } = JSON.parse(await mustAsk(program, args)) as { items: Hpa[] };
  const [hpa] = items;
  if (hpa === undefined) throw new UserError(`There is no autoscaler in ${namespace}. Run: npm run up`);
  const { minReplicas, maxReplicas, metrics } = hpa.spec;
  return {
    min: minReplicas,
    max: maxReplicas,
    target: metrics[0]?.resource?.target.averageUtilization ?? NaN,
  };
}

/** Follows it. */
export interface AutoscalerWatch extends Watch {
  readonly changes: readonly Scaling[];
}

/** What is told at each change. */
const status =
  "{.status.currentReplicas},{.status.desiredReplicas},{.status.currentMetrics[0].resource.current.averageUtilization}";

/** Begins to follow it. */
export function watchAutoscaler(profile: string, namespace: string, now: () => number): AutoscalerWatch {
  const changes: Scaling[] = [];
  const watching = watch(profile, objects(namespace), status, (line) => {
    const [current = "", wanted = "", cpu = ""] = line.split(",");
    changes.push({
      at: now(),
      current: Number(current),
      wanted: wantedPods(Number(current), Number(wanted)),
      ...(cpu === "" ? {} : { cpu: Number(cpu) }),
    });
  });
  return { changes, stop: () => watching.stop() };
}

/** Why pods have no node to run on, or undefined where all of them have. */
export async function whyUnscheduled(profile: string, namespace: string): Promise<string | undefined> {
  const pending = [
    "--namespace",
    namespace,
    "--selector",
    webSelector,
    "--field-selector=status.phase=Pending",
  ];
  const message = `jsonpath={.items[*].status.conditions[?(@.reason=="Unschedulable")].message}`;
  const answer = await askKubectl(profile, ["get", "pods", ...pending, "--output", message]);
  return answer.kind === "ok" && answer.stdout !== "" ? answer.stdout : undefined;
}

function objects(namespace: string): string[] {
  return ["horizontalpodautoscalers", "--namespace", namespace, "--selector", webSelector];
}
