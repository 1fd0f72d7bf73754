/** What is needed of Kubernetes' objects, whatever their kind. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly replicas?: number;
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly metrics?: readonly ResourceMetric<{
      readonly target: { readonly averageUtilization?: number };
    }>[];
    readonly containers?: readonly { readonly image: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly currentMetrics?:
      readonly ResourceMetric<{ readonly current: { readonly averageUtilization?: number } }>[] | null;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
  // Events have their own fields beside these.
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject?: { readonly kind: string; readonly name: string };
}

interface ResourceMetric<T> {
  readonly type: string;
  readonly resource?: T;
}

interface ContainerStatus {
  readonly restartCount: number;
  readonly state?: { readonly waiting?: { readonly reason?: string } };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode: number } };
}
