import { podLabels, selector } from "../../infra/platform/pod-defaults.ts";

/** Selects the service's pods, its Deployment and its autoscaler. */
export const webSelector = selector(podLabels("web"));
