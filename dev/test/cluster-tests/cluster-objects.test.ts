import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "@kubernetes/client-node";
import { expect } from "chai";
import { FakeApiServer, namespace, paths } from "../../../tools/test/support/fake-api-server.ts";
import { mongodbPod, podViolations } from "../../cluster-tests/security/support/admitted-pods.ts";
import { secretsOf } from "../../cluster-tests/security/support/cluster-secrets.ts";
import { pods } from "../../cluster-tests/support/cluster-objects.ts";
import { untilStackReady } from "../../cluster-tests/support/stack-pods.ts";

const safeContainer = {
  name: "web",
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};
const safeSpec = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
  containers: [safeContainer],
  volumes: [{ name: "tmp", emptyDir: {} }],
};

function pod(spec: object = safeSpec, status: object = {}): KubernetesObject {
  const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  const metadata = { name: "web-1", uid: "1", labels: { "app.kubernetes.io/name": "mongodb" } };
  return { metadata, spec, status: { ...ready, ...status } } as KubernetesObject;
}

function workload(name: string, replicas: number, readyReplicas = replicas): KubernetesObject {
  const status = { observedGeneration: 1, replicas, updatedReplicas: replicas, availableReplicas: replicas };
  const spec = { replicas };
  return {
    metadata: { name, generation: 1 },
    spec,
    status: { ...status, readyReplicas },
  } as KubernetesObject;
}

describe("objects of the cluster", function () {
  // The first request loads the client.
  this.timeout(20_000);
  const { KUBECONFIG } = process.env;
  let folder: string;
  let cluster: FakeApiServer;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-objects-"));
    process.env.KUBECONFIG = join(folder, "config");
    cluster = await new FakeApiServer(process.env.KUBECONFIG).start();
  });
  afterEach(() => {
    cluster.close();
    rmSync(folder, { recursive: true });
    if (KUBECONFIG === undefined) Reflect.deleteProperty(process.env, "KUBECONFIG");
    else process.env.KUBECONFIG = KUBECONFIG;
  });

  async function violations(spec: object): Promise<string[]> {
    cluster.set(paths.pods, [pod(spec)]);
    return (await pods(namespace)).flatMap(podViolations);
  }

  it("finds no violations in a restricted pod", async () => {
    expect(await violations(safeSpec)).to.deep.equal([]);
  });

  const forbidden: [sentence: string, changed: object][] = [
    ["web-1: a service account's token", { automountServiceAccountToken: undefined }],
    ["web-1: a namespace of the node", { hostPID: true }],
    ["web-1: a folder of the node", { volumes: [{ name: "data", hostPath: { path: "/data" } }] }],
    [
      "web-1: a projected token",
      { volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }] },
    ],
    ["web-1: web may run as root", { securityContext: { ...safeSpec.securityContext, runAsNonRoot: false } }],
    ["web-1: web may run as root", containerWith({ runAsUser: 0 })],
    ["web-1: web has no seccomp profile", containerWith({ seccompProfile: { type: "Unconfined" } })],
    ["web-1: web may gain privileges", containerWith({ allowPrivilegeEscalation: undefined })],
    ["web-1: web may gain privileges", containerWith({ privileged: true })],
    ["web-1: web has a writable root filesystem", containerWith({ readOnlyRootFilesystem: false })],
    ["web-1: web has capabilities", containerWith({ capabilities: { drop: ["ALL"], add: ["CHOWN"] } })],
    ["web-1: web has capabilities", containerWith({ capabilities: undefined })],
  ];
  for (const [sentence, changed] of forbidden) {
    it(`finds ${sentence} (${Object.keys(changed).join()})`, async () => {
      expect(await violations({ ...safeSpec, ...changed })).to.deep.equal([sentence]);
    });
  }

  it("decodes every value of every Secret", async () => {
    const data = { password: Buffer.from("secret").toString("base64") };
    cluster.set(paths.secrets, [
      { metadata: { name: "app" }, data },
      { metadata: { name: "empty" } },
    ] as never);
    expect(await secretsOf(namespace)).to.deep.equal({ "app password": "secret" });
  });

  it("returns MongoDB's pod only while the pod runs", async () => {
    cluster.set(paths.pods, [pod(safeSpec, { podIP: "10.0.0.1", hostIP: "10.0.0.2" })]);
    expect((await mongodbPod(namespace)).status.podIP).to.equal("10.0.0.1");
    cluster.set(paths.pods, [pod(safeSpec, { phase: "Pending" })]);
    const error = await mongodbPod(namespace).catch(String);
    expect(error).to.include(`no running pod of MongoDB in ${namespace}`);
  });

  describe("untilStackReady", () => {
    beforeEach(() => {
      cluster.set(paths.deployments, [workload("web", 1)]);
      cluster.set(paths.statefulSets, [workload("mongodb", 1)]);
      cluster.set(paths.pods, [pod(), pod()]);
    });

    it("ends when Deployment, StatefulSet and pods are ready", async () => {
      await untilStackReady(namespace, 5);
      expect(
        cluster.requests.some((url) => url.includes("fieldSelector=status.phase%21%3DSucceeded")),
      ).to.equal(true);
    });

    const unfinished: [string, () => void][] = [
      [
        "a Deployment has an unready replica",
        () => {
          cluster.set(paths.deployments, [workload("web", 1, 0)]);
        },
      ],
      [
        "there is no StatefulSet",
        () => {
          cluster.set(paths.statefulSets, []);
        },
      ],
      [
        "a pod is left over",
        () => {
          cluster.set(paths.pods, [pod(), pod(), pod()]);
        },
      ],
      [
        "a pod is not ready",
        () => {
          cluster.set(paths.pods, [pod(), pod(safeSpec, { conditions: [] })]);
        },
      ],
    ];
    for (const [when, change] of unfinished) {
      it(`waits while ${when}`, async () => {
        change();
        expect(await untilStackReady(namespace, 0.2).catch(String)).to.include(
          `not within 0.2 s: all pods of ${namespace} are ready`,
        );
      });
    }
  });
});

function containerWith(changed: object): object {
  const securityContext = { ...safeContainer.securityContext, ...changed };
  return { containers: [{ ...safeContainer, securityContext }] };
}
