import { bypassProxy } from "../../infra/cluster/minikube/proxy-bypass.ts";
import type { Project } from "../pulumi/project-settings.ts";

/** Lets this process and its children connect to minikube without a proxy. Other clusters may need the proxy. */
export function connectDirectly({ cluster, minikubeProfile }: Project): void {
  if (cluster === "minikube") bypassProxy(minikubeProfile);
}
