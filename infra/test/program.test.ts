import { expect } from "chai";
import { restorePath } from "./support/fake-minikube.ts";
import { clusterUid, runProgram, type ProgramRun } from "./support/mocked-program.ts";

const namespace = "koa-mongo-stack-test-auto";

/** The id that the stack keeps in its state. */
function ownerId(run: ProgramRun): unknown {
  return run.of("Stash").find(({ name }) => name === "owner")?.inputs.input;
}

describe("the program", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  it("registers these resources and no other", () => {
    const counts: Record<string, number> = {};
    for (const { type } of program.resources) {
      if (!type.startsWith("koa-mongo-stack:")) counts[type] = (counts[type] ?? 0) + 1;
    }
    expect(counts).to.deep.equal({
      "docker:index/image:Image": 1,
      "kubernetes:apps/v1:Deployment": 1,
      "kubernetes:apps/v1:StatefulSet": 1,
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": 1,
      "kubernetes:core/v1:ConfigMap": 1,
      "kubernetes:core/v1:Namespace": 1,
      "kubernetes:core/v1:PersistentVolume": 1,
      "kubernetes:core/v1:PersistentVolumeClaim": 1,
      "kubernetes:core/v1:Secret": 3,
      "kubernetes:core/v1:Service": 4,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy": 7,
      "kubernetes:policy/v1:PodDisruptionBudget": 1,
      "pulumi-nodejs:dynamic/command:Command": 2,
      "pulumi-nodejs:dynamic/stamp:ImageStamp": 1,
      "pulumi:index:Stash": 3,
      "pulumi:providers:docker": 1,
      "pulumi:providers:kubernetes": 1,
      "pulumi:pulumi:Stack": 1,
    });
  });

  it("exports url, namespace, image and replicas", () => {
    expect(program.outputs).to.have.all.keys("url", "namespace", "image", "replicas");
    expect(program.outputs).to.include({ url: "http://192.0.2.1:31234", namespace, replicas: 2 });
    expect(program.outputs.image).to.match(/^koa-mongo-stack:[0-9a-f]{16}$/);
  });

  it("creates all objects in a namespace that enforces the restricted standard", () => {
    const own = program.the("Namespace");
    expect(own.inputs.metadata).to.deep.equal({
      annotations: { "pulumi.com/skipAwait": "true" },
      labels: {
        "app.kubernetes.io/part-of": "koa-mongo-stack",
        "koa-mongo-stack/owner": ownerId(program),
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    });
    const clusterWide = ["Namespace", "PersistentVolume"];
    for (const { type, name, inputs } of program.resources) {
      if (!type.startsWith("kubernetes:") || clusterWide.includes(type.split(":").at(-1) ?? "")) continue;
      expect(inputs.metadata.namespace, name).to.equal(namespace);
    }
  });

  it("uses the Docker and the Kubernetes that minikube names", () => {
    expect(program.the("docker").inputs).to.include({
      host: "tcp://192.0.2.1:2376",
      certPath: "/home/ada/.minikube/certs",
    });
    expect(program.the("kubernetes").inputs).to.include({
      context: "minikube",
      clusterIdentifier: clusterUid,
      // Between a program and the engine, all inputs of a provider are strings.
      enableSecretMutable: "true",
    });
  });

  it("reads the cluster's identity with a provider if kubectl can't read it", async () => {
    const run = await runProgram({}, undefined, undefined, "");
    const [reader, provider] = run.of("kubernetes");
    expect(reader).to.deep.include({ name: "cluster-reader", inputs: { context: "minikube" } });
    expect(run.of("Namespace").map(({ name }) => name)).to.include("cluster-system");
    expect(provider?.inputs).to.include({ clusterIdentifier: "0123-uid" });
  });
});
