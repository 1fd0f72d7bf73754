import { podLabels } from "../platform/pod-defaults.ts";

/** Labels of the service's pods. */
export const webLabels = podLabels("web");
/** Port that the service listens on. */
export const webPort = 3000;
/** Port on which Prometheus reads a pod's metrics. Only the headless Service has it. */
export const metricsPort = 9464;
/** Name of the headless Service: a DNS name with an address for every pod that is ready. */
export const podsName = "web-pods";
