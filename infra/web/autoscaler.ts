import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Scaling } from "../settings/stack-settings.ts";
import { scaleDownWindowSeconds } from "./web-defaults.ts";

/**
 * Scales up at once and down slowly, by the pods' CPU use.
 * @param deployment name of the Deployment
 */
export function autoscalerSpec(
  deployment: pulumi.Input<string>,
  { minReplicas, maxReplicas, cpuTarget }: Scaling,
): types.input.autoscaling.v2.HorizontalPodAutoscalerSpec {
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
    minReplicas,
    maxReplicas,
    metrics: [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuTarget } },
      },
    ],
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [
          { type: "Percent", value: 100, periodSeconds: 15 },
          { type: "Pods", value: 4, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: scaleDownWindowSeconds,
        policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
      },
    },
  };
}
