import { bypassProxy } from "../../infra/cluster/minikube/proxy-bypass.ts";
import type { Project } from "../pulumi/project-settings.ts";

/** Makes this process and those it starts connect to minikube directly. Another cluster may be behind the proxy. */
export function connectDirectly({ cluster, minikubeProfile }: Project): void {
  if (cluster === "minikube") bypassProxy(minikubeProfile);
}
