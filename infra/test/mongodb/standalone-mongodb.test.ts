import { expect } from "chai";
import { PulledImage } from "../../mongodb/pulled-image.ts";
import { seriesFile } from "../../mongodb/mongodb-version.ts";
import { MongoDatabase } from "../../mongodb/standalone-mongodb.ts";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun } from "../support/mocked-program.ts";
import { restrictedContainer, restrictedPod } from "../support/restricted-pod.ts";

const selector = { "app.kubernetes.io/name": "mongodb" };

describe("MongoDatabase", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  const spec = () => program.the("StatefulSet").inputs.spec;
  const pod = () => spec().template.spec;
  const service = (name: string) => program.of("Service").find((service) => service.name === name)?.inputs;

  it("is one pod with a grace period of one minute", () => {
    expect(spec()).to.deep.include({
      replicas: 1,
      serviceName: "mongodb-members-auto",
      selector: { matchLabels: selector },
    });
    expect(spec().template.metadata.labels).to.include(selector);
    expect(pod().terminationGracePeriodSeconds).to.equal(60);
  });

  it("has the same series file as the check on the node", () => {
    const [setUsers] = pod().initContainers;
    expect(setUsers.env).to.deep.include({ name: "SERIES_FILE", value: seriesFile });
  });

  it("has the DNS name mongodb, and a headless Service", () => {
    const ports = [{ name: "mongodb", port: 27017, targetPort: "mongodb" }];
    expect(service("mongodb").metadata.name).to.equal("mongodb");
    expect(service("mongodb").spec).to.deep.equal({ selector, ports });
    expect(service("mongodb-members").spec).to.deep.equal({ selector, ports, clusterIP: "None" });
  });

  it("runs mongod on both families, with authentication, a cache below its limit, and little room for diagnostics", () => {
    const [container] = pod().containers;
    expect(container.args).to.deep.equal([
      "mongod",
      "--auth",
      "--bind_ip_all",
      "--ipv6",
      "--wiredTigerCacheSizeGB",
      "0.25",
      "--setParameter",
      "diagnosticDataCollectionDirectorySizeMB=50",
    ]);
    expect(container).to.include({ imagePullPolicy: "IfNotPresent" });
    expect(container.image).to.match(/^mongo:8\.0@sha256:[0-9a-f]{64}$/);
  });

  it("lets glibc register rseq in every mongod, as MongoDB requires from Linux 6.19 on", () => {
    for (const { name, env } of [...pod().initContainers, ...pod().containers])
      expect(env, name).to.deep.include({ name: "GLIBC_TUNABLES", value: "glibc.pthread.rseq=1" });
  });

  it("shows the reason of a failed start in the pod's status", () => {
    for (const { name, terminationMessagePolicy } of [...pod().initContainers, ...pod().containers])
      expect(terminationMessagePolicy, name).to.equal("FallbackToLogsOnError");
  });

  it("has a cache that follows its memory", async () => {
    const run = await runProgram({ mongoMemory: "4Gi" });
    const { initContainers, containers } = run.the("StatefulSet").inputs.spec.template.spec;
    expect(containers[0].args).to.include.members(["--wiredTigerCacheSizeGB", "1.5"]);
    for (const { resources } of [...initContainers, ...containers])
      expect([resources.requests.memory, resources.limits.memory]).to.deep.equal(["4Gi", "4Gi"]);
  });

  it("probes without a program in MongoDB's memory, and waits ten minutes for a recovery", () => {
    const [{ startupProbe, readinessProbe, livenessProbe }] = pod().containers;
    const tcpSocket = { port: "mongodb" };
    expect(startupProbe).to.deep.equal({
      tcpSocket,
      periodSeconds: 1,
      failureThreshold: 600,
      timeoutSeconds: 2,
    });
    expect(readinessProbe).to.deep.equal({
      tcpSocket,
      periodSeconds: 5,
      failureThreshold: 2,
      timeoutSeconds: 3,
    });
    expect(livenessProbe).to.deep.equal({
      tcpSocket,
      periodSeconds: 10,
      failureThreshold: 3,
      timeoutSeconds: 2,
    });
    const { customTimeouts } = program.the("StatefulSet").options;
    expect(customTimeouts).to.deep.equal({ create: "12m", update: "12m" });
  });

  it("is ready before the service's rollout begins, whose deadline is shorter than a recovery", async () => {
    for (const storage of ["hostPath", "standard"]) {
      const { resources } = await runProgram({ storage });
      const web = resources.find(({ type }) => type === "koa-mongo-stack:web:WebService");
      expect([web?.options.dependsOn].flat()[0], storage).to.be.instanceOf(MongoDatabase);
    }
  });

  it("starts together with the service if the database is new, because it has nothing to recover", async () => {
    const { resources } = await runProgram({}, undefined, undefined, undefined, { objects: [] });
    const web = resources.find(({ type }) => type === "koa-mongo-stack:web:WebService");
    const before = [web?.options.dependsOn].flat();
    expect(before).to.have.length(1);
    expect(before[0]).to.be.instanceOf(PulledImage);
  });

  it("meets the restricted standard as user 999, in every container", () => {
    expect(pod()).to.include({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod().securityContext).to.deep.equal(restrictedPod(999));
    for (const container of [...pod().initContainers, ...pod().containers]) {
      expect(container.securityContext, container.name).to.deep.equal(restrictedContainer);
      expect(container.resources, container.name).to.deep.equal({
        requests: { cpu: "250m", memory: "1Gi" },
        limits: { cpu: "1", memory: "1Gi" },
      });
    }
  });

  it("shows the users to the init container alone, as files", () => {
    const [setUsers] = pod().initContainers;
    const [mongod] = pod().containers;
    const mount = { name: "users", mountPath: "/run/secrets/mongodb", readOnly: true };
    expect(setUsers.volumeMounts).to.deep.include(mount);
    expect(mongod.volumeMounts.map(({ name }: { name: string }) => name)).not.to.include("users");
    expect(pod().volumes).to.deep.include({
      name: "users",
      secret: { secretName: "mongodb-users", defaultMode: 0o440 },
    });
  });

  it("does not restart for other users, which are other content of the same Secret", async () => {
    const users = (run: ProgramRun) => run.of("Secret").find(({ name }) => name === "mongodb-users")?.inputs;
    const second = await runProgram({ passwordVersion: 2 });
    expect(second.the("StatefulSet").inputs.spec).to.deep.equal(spec());
    expect(users(second).metadata)
      .to.deep.include({ name: "mongodb-users" })
      .and.deep.equal(users(program).metadata);
    expect(users(program)).not.to.have.property("immutable");
    const wanted = program.of("Secret").find(({ name }) => name === "mongodb-wanted-users")?.inputs;
    expect(users(program).data).to.deep.equal(wanted.data);
    expect(users(second).data).not.to.deep.equal(wanted.data);
  });

  it("writes to its volume and to scratch space only", () => {
    expect(pod().containers[0].volumeMounts).to.deep.equal([
      { name: "data", mountPath: "/data/db" },
      { name: "scratch", mountPath: "/tmp", subPath: "tmp" },
      { name: "scratch", mountPath: "/data/configdb", subPath: "configdb" },
    ]);
    expect(pod().volumes).to.deep.include({
      name: "data",
      persistentVolumeClaim: { claimName: "data-auto" },
    });
  });

  it("uses the image of the configuration", async () => {
    const run = await runProgram({ mongoImage: "mongo:8.0.15" });
    const { initContainers, containers } = run.the("StatefulSet").inputs.spec.template.spec;
    expect([initContainers[0].image, containers[0].image]).to.deep.equal(["mongo:8.0.15", "mongo:8.0.15"]);
  });
});
