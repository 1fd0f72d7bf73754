import type { V1Deployment, V1Pod, V1Service } from "@kubernetes/client-node";
import { podLabels } from "../../../infra/platform/pod-defaults.ts";
import { FakeApiServer, paths } from "./fake-api-server.ts";
import type { Machine } from "./fake-machine.ts";
import { deployment, pod } from "./fake-stack.ts";
import type { Forwarded } from "./fake-port-forward.ts";

/** Name of the Secret with the connection string. */
const secretName = "mongodb-uri-1";

/** The MongoDB of a fake cluster. */
export interface Setup {
  /** The service's connection string. @default a standalone MongoDB */
  readonly uri?: string;
  /** Local port behind the pod's port. */
  readonly forwarded?: Forwarded;
  /** MongoDB's pods. @default one ready pod */
  readonly pods?: readonly V1Pod[];
}

/** Starts a fake cluster with a stack. Its pod `mongodb-0` forwards to a local MongoDB. */
export async function clusterWithMongodb(machine: Machine, setup: Setup): Promise<FakeApiServer> {
  const { uri = "mongodb://mongodb:27017/app", pods = [pod("mongodb-0", "mongodb")], forwarded } = setup;
  const cluster = await new FakeApiServer(machine.kubeconfig).start();
  cluster.set(paths.deployments, [web()]);
  cluster.set(paths.pods, [...pods, pod("web-1", "web")]);
  const data = { uri: Buffer.from(uri).toString("base64") };
  cluster.raw.set(`${paths.secrets}/${secretName}`, () => ({ data }));
  cluster.raw.set(`${paths.services}/mongodb`, () => service());
  if (forwarded !== undefined) cluster.forwarded.set("mongodb-0", forwarded);
  return cluster;
}

function web(): V1Deployment {
  const made = deployment(2, 2);
  const secretKeyRef = { name: secretName, key: "uri" };
  const containers = [{ name: "web", env: [{ name: "MONGODB_URI", valueFrom: { secretKeyRef } }] }];
  return {
    ...made,
    spec: { ...made.spec, template: { spec: { containers } } } as V1Deployment["spec"] & object,
  };
}

/** The Service `mongodb` for pods with these labels. */
export function service(selector = podLabels("mongodb")): V1Service {
  return { metadata: { name: "mongodb" }, spec: { selector, ports: [{ port: 27017 }] } };
}
