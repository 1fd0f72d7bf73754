import { podLabels } from "../platform/pod-defaults.ts";

/** Labels of the service's pods. */
export const webLabels = podLabels("web");
/** Port that the service listens on. */
export const webPort = 3000;
/** Port for the metrics of one pod. Only the headless Service has this port. */
export const metricsPort = 9464;
/** Name of the headless Service, whose DNS name has an address for every pod that is ready. */
export const podsName = "web-pods";
