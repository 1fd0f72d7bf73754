import { expect } from "chai";
import { quota } from "../platform/quota.ts";
import { dockerConfig } from "../image/pull-secret.ts";
import { operatorValues } from "../mongodb/operator-replica-set.ts";
import {
  daemonSet,
  goodProfile,
  ingressClass,
  kubernetesNode,
  metricsApi,
  restorePath,
} from "./support/fake-minikube.ts";
import { decoded, plain } from "./support/plain-inputs.ts";
import { runProgram, type ProgramRun } from "./support/mocked-program.ts";
import { restrictedContainer, restrictedPod } from "./support/restricted-pod.ts";
import { certificate } from "./support/test-certificate.ts";

const digest = `sha256:${"01".repeat(32)}`;
const current = { cluster: "current", registry: "ghcr.io/ada/koa", storage: "fast" };
const three = ["a", "b", "c"].map((name) => kubernetesNode(name));
const pod = (run: ProgramRun) => run.the("Deployment").inputs.spec.template.spec;

describe("the program for several machines", function () {
  this.timeout(60_000);
  after(restorePath);

  it("uses the kubeconfig's context, and this machine's Docker", async () => {
    const run = await runProgram({ ...current, context: "prod" }, [], three);
    expect(run.the("kubernetes").inputs).to.include({ context: "prod" });
    expect(run.the("docker").inputs).to.deep.equal({ host: "unix:///home/ada/docker.sock" });
    expect(run.of("Command")).to.deep.equal([]);
    const currentOne = await runProgram(current, [], three);
    expect(currentOne.the("kubernetes").inputs).not.to.have.property("context");
  });

  it("pushes the image, and uses it by its digest", async () => {
    const run = await runProgram({ ...current, platform: "linux/arm64" }, [], three);
    const { inputs } = run.the("Image");
    expect(inputs.imageName).to.match(/^ghcr\.io\/ada\/koa:[0-9a-f]{16}$/);
    expect(inputs.skipPush).to.equal(false);
    // Without a user, the provider uses the login of `docker login`.
    expect(inputs).not.to.have.property("registry");
    expect(inputs.build.platform).to.equal("linux/arm64");
    expect(pod(run).containers[0].image).to.equal(`ghcr.io/ada/koa@${digest}`);
    expect(pod(run)).not.to.have.property("imagePullSecrets");
  });

  it("pushes and pulls as a user of the configuration", async () => {
    const login = { registryUsername: "ada", registryPassword: "secret" };
    const run = await runProgram({ ...current, ...login }, [], three);
    expect(plain(run.the("Image").inputs.registry)).to.deep.equal({ username: "ada", password: "secret" });
    expect(pod(run).imagePullSecrets).to.deep.equal([{ name: "web-pull-auto" }]);
    const secret = run.of("Secret").find(({ name }) => name === "web-pull")?.inputs;
    expect(secret.type).to.equal("kubernetes.io/dockerconfigjson");
    const { stringData } = plain(secret) as { stringData: Record<string, string> };
    expect(JSON.parse(stringData[".dockerconfigjson"] ?? "")).to.deep.equal({
      auths: { "ghcr.io": { username: "ada", password: "secret", auth: "YWRhOnNlY3JldA==" } },
    });
  });

  it("has a preStop hook that is long enough for every node", async () => {
    const run = await runProgram(current, [], three);
    expect(pod(run).containers[0].lifecycle).to.deep.equal({ preStop: { sleep: { seconds: 5 } } });
  });

  it("recognizes Docker Hub's images, which name no host", () => {
    for (const repository of ["ada/koa", "docker.io/ada/koa", "koa"]) {
      expect(JSON.parse(dockerConfig(repository, "ada", "secret")).auths).to.have.all.keys(
        "https://index.docker.io/v1/",
      );
    }
    expect(JSON.parse(dockerConfig("localhost:5000/koa", "ada", "secret")).auths).to.have.all.keys(
      "localhost:5000",
    );
  });

  it("limits the stack's resources, and sets the pods' priorities", async () => {
    const run = await runProgram(current, [], three);
    const classes = run.of("PriorityClass").map(({ inputs }) => [inputs.value, inputs.preemptionPolicy]);
    expect(classes).to.deep.equal([
      [1000, "Never"],
      [2000, "Never"],
    ]);
    expect(pod(run).priorityClassName).to.equal("koa-mongo-stack-test-web-auto");
    const { priorityClassName } = run.the("StatefulSet").inputs.spec.template.spec;
    expect(priorityClassName).to.equal("koa-mongo-stack-test-database-auto");
    expect(run.the("ResourceQuota").inputs.spec.hard).to.deep.equal({
      // Eleven pods of the service, MongoDB twice, and 200m and 512Mi for helpers.
      "requests.cpu": "1800m",
      "requests.memory": `${11 * 64 + 2 * 1024 + 512}Mi`,
      pods: "23",
      persistentvolumeclaims: "1",
    });
    const minikube = await runProgram();
    expect([...minikube.of("PriorityClass"), ...minikube.of("ResourceQuota")]).to.deep.equal([]);
  });

  it("has a quota for twice the pods, because a rollout replaces them", () => {
    const one = { cpu: "100m", memory: "64Mi" };
    const hard = quota({ maxReplicas: 50, web: one, database: [] });
    expect(hard.pods).to.equal("111");
    expect(hard["requests.cpu"]).to.equal("10300m");
  });

  it("leaves an unavailable node after half a minute, in a cluster of several nodes", async () => {
    const tolerations = ["not-ready", "unreachable"].map((condition) => ({
      key: `node.kubernetes.io/${condition}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 30,
    }));
    expect(pod(await runProgram(current, [], three)).tolerations).to.deep.equal(tolerations);
    expect(pod(await runProgram())).not.to.have.property("tolerations");
  });

  it("has the same resources while nodes are cordoned or unavailable", async () => {
    const unreachable = { taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }] };
    const [one, two, last] = three;
    const drained = [{ ...one, spec: { unschedulable: true } }, { ...two, spec: unreachable }, last ?? {}];
    for (const mongo of ["standalone", "operator"]) {
      const specs = (run: ProgramRun) =>
        run.resources
          .filter(({ type }) => type.startsWith("kubernetes:") && !type.endsWith(":Secret"))
          .map(({ type, name, inputs }) => ({ type, name, inputs: plain(inputs) }));
      const quiet = await runProgram({ ...current, mongo }, [], three);
      const alone = await runProgram({ ...current, mongo }, [], [kubernetesNode("a")]);
      const busy = await runProgram({ ...current, mongo }, [], drained);
      const owner = (run: ProgramRun) => run.of("Stash").find(({ name }) => name === "owner")?.inputs.input;
      const text = (run: ProgramRun) => JSON.stringify(specs(run)).replaceAll(String(owner(run)), "OWNER");
      expect(text(busy)).to.equal(text(quiet));
      expect(text(alone)).to.equal(text(quiet));
    }
  });

  it("builds for the architecture of the cluster's nodes, and runs only on these nodes", async () => {
    const arm = kubernetesNode("b", "4", "8Gi", "arm64");
    const onArm = await runProgram(current, [], [arm]);
    expect(onArm.the("Image").inputs.build.platform).to.equal("linux/arm64");
    expect(pod(onArm).nodeSelector).to.deep.equal({ "kubernetes.io/arch": "arm64" });
    const mixed = await runProgram(current, [], [arm, kubernetesNode("a")]);
    expect(mixed.the("Image").inputs.build.platform).to.equal("linux/amd64");
    expect(pod(mixed).nodeSelector).to.deep.equal({ "kubernetes.io/arch": "amd64" });
    expect(mixed.warnings).to.deep.equal([
      "The nodes have the architectures amd64 and arm64. `up` builds the image for amd64, and its pods run on these " +
        "nodes only. If the nodes change, `up` may choose the other architecture. To keep amd64, run: pulumi config set platform linux/amd64",
    ]);
    const fixed = await runProgram({ ...current, platform: "linux/arm64" }, [], [arm, kubernetesNode("a")]);
    expect(pod(fixed).nodeSelector).to.deep.equal({ "kubernetes.io/arch": "arm64" });
    expect(fixed.warnings).to.deep.equal([]);
    expect(pod(await runProgram())).not.to.have.property("nodeSelector");
  });

  it("warns of a cluster without metrics-server, and of one that enforces no NetworkPolicies", async () => {
    const kubectl = { metrics: null, daemonSets: [daemonSet("kube-flannel-ds")] };
    const bare = await runProgram(current, [], three, undefined, { kubectl });
    expect(bare.warnings).to.have.length(2);
    expect(bare.warnings.join("\n")).to.match(
      /the cluster has no metrics-server\. Run: kubectl apply -f https:/,
    );
    expect(bare.warnings.join("\n")).to.include(
      "No DaemonSet of the cluster is known to enforce NetworkPolicies",
    );
    const broken = await runProgram(current, [], three, undefined, {
      kubectl: { metrics: metricsApi(false) },
    });
    expect(broken.warnings).to.deep.equal([
      "The autoscaler adds no pods: the metrics API is not available. " +
        "Run: kubectl describe apiservice v1beta1.metrics.k8s.io",
    ]);
  });

  it("waits for a cloud's load balancer, whose address is the URL", async () => {
    const run = await runProgram({ ...current, expose: "loadBalancer" }, [], three);
    const service = run.of("Service").find(({ name }) => name === "web")?.inputs;
    expect(service.spec.type).to.equal("LoadBalancer");
    expect(service.metadata).not.to.have.property("annotations");
  });
});

describe("WebIngress", function () {
  this.timeout(60_000);
  after(restorePath);
  const ingress = { expose: "ingress", host: "a.example" };

  it("routes the host name to the Service, which has no port outside", async () => {
    const run = await runProgram({ ...current, ...ingress }, [], three);
    expect(run.the("Ingress").inputs.spec).to.deep.equal({
      rules: [
        {
          host: "a.example",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "web-auto", port: { name: "http" } } },
              },
            ],
          },
        },
      ],
    });
    expect(run.of("Service").find(({ name }) => name === "web")?.inputs.spec.type).to.equal("ClusterIP");
    expect(run.outputs.url).to.equal("http://a.example");
  });

  it("uses cert-manager's certificate, and allows Let's Encrypt to connect", async () => {
    const run = await runProgram(
      { ...current, ...ingress, tlsIssuer: "le", ingressClass: "nginx" },
      [],
      three,
    );
    const { metadata, spec } = run.the("Ingress").inputs;
    expect(metadata.annotations["cert-manager.io/cluster-issuer"]).to.equal("le");
    expect(spec.tls).to.deep.equal([{ hosts: ["a.example"], secretName: "web-tls" }]);
    expect(spec.ingressClassName).to.equal("nginx");
    expect(run.outputs.url).to.equal("https://a.example");
    const policies = run.of("NetworkPolicy").map(({ name }) => name);
    expect(policies).to.include("network-any-to-acme-solver");
  });

  it("on minikube is served by any controller of its class", async () => {
    const kubectl = { ingressClasses: [ingressClass("traefik")] };
    const run = await runProgram(
      { ...ingress, ingressClass: "traefik" },
      [goodProfile],
      undefined,
      undefined,
      {
        kubectl,
      },
    );
    expect(run.the("Ingress").inputs.spec.ingressClassName).to.equal("traefik");
  });

  it("on minikube names the command that enables the addon", async () => {
    const failure = await runProgram(ingress, [goodProfile]).then(String, (error: unknown) =>
      error instanceof Error ? error.message : "",
    );
    expect(failure).to.equal(
      "The Ingress needs minikube's ingress addon, which is disabled. Run: minikube addons enable ingress -p minikube",
    );
  });
});

describe("ReplicaSet", function () {
  this.timeout(60_000);
  let run: ProgramRun;
  before(async () => {
    run = await runProgram({ ...current, mongo: "operator", storageSize: "20Gi" }, [], three);
  });
  after(restorePath);
  const spec = (of = run) => of.the("PerconaServerMongoDB").inputs.spec;
  const set = (of = run) => spec(of).replsets[0];

  it("is three members, each on its own node and volume, with at most one unavailable", () => {
    expect(set()).to.deep.include({
      name: "rs0",
      size: 3,
      affinity: { antiAffinityTopologyKey: "none" },
      podDisruptionBudget: { maxUnavailable: 1 },
    });
    const [nodes, zones] = set().topologySpreadConstraints;
    expect(nodes).to.deep.include({
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "DoNotSchedule",
      nodeTaintsPolicy: "Honor",
    });
    expect(zones).to.deep.include({ topologyKey: "topology.kubernetes.io/zone" });
    expect(set().volumeSpec.persistentVolumeClaim).to.deep.equal({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "20Gi" } },
      storageClassName: "fast",
    });
    expect(run.warnings).to.deep.equal([]);
  });

  it("starts on every kernel, and has the memory of the configuration", async () => {
    expect(set().env).to.deep.equal([{ name: "GLIBC_TUNABLES", value: "glibc.pthread.rseq=1" }]);
    expect(set().resources.limits.memory).to.equal("1Gi");
    const larger = await runProgram({ ...current, mongo: "operator", mongoMemory: "4Gi" }, [], three);
    expect(set(larger).resources).to.deep.equal({
      requests: { cpu: "300m", memory: "4Gi" },
      limits: { cpu: "1", memory: "4Gi" },
    });
  });

  it("listens on both families", () => {
    expect(set().configuration).to.equal("net:\n  ipv6: true\n");
  });

  it("shares nodes if there are fewer than three, with a warning", async () => {
    const one = [kubernetesNode("a")];
    const shared = await runProgram({ ...current, mongo: "operator", storageSize: "20Gi" }, [], one);
    expect(set(shared)).to.deep.equal(set());
    expect(shared.warnings).to.deep.equal([
      "MongoDB's 3 members share one node. If a node with two members is unavailable, MongoDB accepts no writes. " +
        "Add nodes until the cluster has 3.",
    ]);
  });

  it("meets the restricted standard", () => {
    expect(set().podSecurityContext).to.deep.equal(restrictedPod(1001));
    expect(set().containerSecurityContext).to.deep.equal({
      ...restrictedContainer,
      readOnlyRootFilesystem: false,
    });
    expect(spec().initContainerSecurityContext).to.deep.equal(restrictedContainer);
    const { podSecurityContext, securityContext } = operatorValues();
    expect(podSecurityContext).to.deep.equal(restrictedPod(2));
    expect(securityContext).to.deep.equal(restrictedContainer);
  });

  it("has versions that are pinned, and disables automatic updates", () => {
    const { version } = run.the("Release").inputs;
    expect(version).to.match(/^\d+\.\d+\.\d+$/);
    expect(spec()).to.deep.include({ crVersion: version, upgradeOptions: { apply: "disabled" } });
    expect(spec().image).to.match(/^percona\/percona-server-mongodb:\d+\.\d+\.\d+-\d+$/);
  });

  it("has an application user, and waits until a majority has a write", () => {
    const [user] = spec().users;
    expect(user).to.deep.include({ name: "app", db: "app", roles: [{ name: "readWrite", db: "app" }] });
    const uri = run.of("Secret").find(({ name }) => name === "mongodb-uri")?.inputs;
    const members = [0, 1, 2]
      .map((index) => `mongodb-rs0-${index}.mongodb-rs0.koa-mongo-stack-test-auto.svc.cluster.local:27017`)
      .join(",");
    expect(decoded(uri, "uri")).to.match(
      new RegExp(`^mongodb://app:[\\w-]{32}@${members}/app\\?replicaSet=rs0&w=majority&retryWrites=true$`),
    );
  });

  it("upgrades the definitions of the operator's resources to its version, before the operator", () => {
    const { version } = run.the("Release").inputs;
    expect(run.the("OperatorDefinitions").inputs).to.deep.include({
      version,
      url: `https://raw.githubusercontent.com/percona/percona-server-mongodb-operator/v${version}/deploy/crd.yaml`,
    });
    expect(run.the("Release").options.dependsOn).to.have.nested.property(
      "[0].__pulumiType",
      "pulumi-nodejs:dynamic/definitions:OperatorDefinitions",
    );
  });

  it("installs no operator and no definitions if the cluster has an operator", async () => {
    const without = await runProgram({ ...current, mongo: "operator", installOperator: false }, [], three);
    expect([...without.of("Release"), ...without.of("OperatorDefinitions")]).to.deep.equal([]);
    expect(without.of("PerconaServerMongoDB")).to.have.length(1);
  });
});

describe("an external MongoDB", function () {
  this.timeout(60_000);
  after(restorePath);

  it("is not deployed, and has its connection string in a Secret", async () => {
    const mongodbUri = "mongodb+srv://ada:secret@db.example/app";
    const run = await runProgram({ ...current, mongo: "external", mongodbUri }, [], three);
    expect([...run.of("StatefulSet"), ...run.of("PersistentVolumeClaim"), ...run.of("Job")]).to.deep.equal(
      [],
    );
    expect(decoded(run.the("Secret").inputs, "uri")).to.equal(mongodbUri);
    expect(run.of("ConfigMap")).to.deep.equal([]);
    const pod = run.the("Deployment").inputs.spec.template.spec;
    expect(pod).not.to.have.property("volumes");
    expect(pod.containers[0]).not.to.have.property("volumeMounts");
  });

  it("has its CA as a file in the service's pods, and another CA replaces them", async () => {
    const values = {
      ...current,
      mongo: "external",
      mongodbUri: "mongodb://db.example/app",
      mongodbCa: certificate,
    };
    const run = await runProgram(values, [], three);
    const { name, inputs } = run.the("ConfigMap");
    expect(name).to.equal("mongodb-ca");
    // Pulumi replaces an immutable ConfigMap under another name, which changes the pods' template.
    expect(inputs).to.deep.include({ immutable: true, data: { "ca.pem": certificate } });
    const pod = run.the("Deployment").inputs.spec.template.spec;
    const [volume] = pod.volumes;
    expect(volume.configMap.items).to.deep.equal([{ key: "ca.pem", path: "ca.pem" }]);
    expect(volume.configMap.name).to.match(/^mongodb-ca/);
    const [{ volumeMounts, env }] = pod.containers;
    expect(volumeMounts).to.deep.equal([{ name: volume.name, mountPath: "/etc/mongodb", readOnly: true }]);
    expect(env).to.deep.include({ name: "MONGODB_CA_FILE", value: "/etc/mongodb/ca.pem" });
  });

  it("has the configured ports in its network policy, if DNS holds the ports", async () => {
    const mongodbUri = "mongodb+srv://db.example/app";
    const values = { ...current, mongo: "external", mongodbUri, mongodbPorts: "27018,27019" };
    const run = await runProgram(values, [], three);
    const rule = run.of("NetworkPolicy").find(({ name }) => name === "network-web-to-outside");
    expect(rule?.inputs.spec.egress).to.deep.equal([
      { ports: [27018, 27019].map((port) => ({ protocol: "TCP", port })) },
    ]);
  });
});
