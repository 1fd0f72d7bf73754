import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { readableImage } from "../../mongodb/readable-image.ts";
import { install, installMinikube, restorePath } from "../support/fake-minikube.ts";

describe("readableImage", () => {
  afterEach(restorePath);

  /** Installs a fake kubectl that prints a StatefulSet of MongoDB in the namespace app-1. */
  function running(image: string, status: object): void {
    const set = { spec: { template: { spec: { containers: [{ image }] } } }, status };
    installMinikube("exit 1");
    const query =
      "--context here get statefulsets --namespace app-1 --selector app.kubernetes.io/name=mongodb";
    install(
      "kubectl",
      `case "$*" in "${query} --output json") echo '${JSON.stringify({ items: [set] })}' ;; *) exit 1 ;; esac`,
    );
  }
  const ready = { readyReplicas: 1, currentRevision: "a", updateRevision: "a" };
  const chosen = async (image: string, namespace = "app-1") =>
    await new Promise<string>((resolve, reject) => {
      const output = readableImage({ image, namespace: pulumi.output(namespace), context: "here" });
      // Only its promise shows that an output was rejected.
      (output as unknown as { promise(): Promise<string> }).promise().then(resolve, reject);
    });
  const failure = async (image: string) =>
    await chosen(image).then(
      () => undefined,
      (error: unknown) => error,
    );

  it("rejects an image that is older than the running MongoDB, and names both versions", async () => {
    running("mongo:8.0@sha256:12", ready);
    const error = await failure("mongo:7.0");
    expect(error).to.be.instanceOf(pulumi.RunError);
    expect((error as Error).message).to.equal(
      "The data are of MongoDB 8.0, and MongoDB 7.0 (mongo:7.0) can't read them. Nothing was changed. " +
        "Run: pulumi config set mongoImage mongo:8.0@sha256:12",
    );
  });

  for (const image of ["mongo:8.0.4", "mongo:8.2", "mongo:9", "mongo@sha256:12", "own/db:1"]) {
    it(`accepts ${image} after 8.0`, async () => {
      running("mongo:8.0", ready);
      expect(await chosen(image)).to.equal(image);
    });
  }

  it("accepts the previous image after an image that never became ready", async () => {
    running("mongo:9.0", { ...ready, updateRevision: "b" });
    expect(await chosen("mongo:8.0")).to.equal("mongo:8.0");
    running("mongo:9.0", { ...ready, readyReplicas: 0 });
    expect(await chosen("mongo:8.0")).to.equal("mongo:8.0");
  });

  it("accepts every image if kubectl can't read the StatefulSet", async () => {
    running("mongo:8.0", ready);
    expect(await chosen("mongo:7.0", "app-2")).to.equal("mongo:7.0");
  });
});
