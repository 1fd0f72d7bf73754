import { podLabels } from "../../infra/platform/pod-defaults.ts";

/** Selects the service's pods, its Deployment and its autoscaler. */
export const webSelector = selector(podLabels("web"));

/** Labels as kubectl's `--selector` takes them. */
export function selector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
