import type { types } from "@pulumi/kubernetes";
import { expect } from "chai";
import { serviceUrl } from "../../web/web-endpoints.ts";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun } from "../support/mocked-program.ts";

type ServiceSpec = types.output.core.v1.ServiceSpec;
type ServiceStatus = types.output.core.v1.ServiceStatus;

const selector = { "app.kubernetes.io/name": "web" };

describe("the service's Services", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  const service = (run: ProgramRun) => run.of("Service").find(({ name }) => name === "web")?.inputs;

  it("have a headless Service, whose name has an address for each ready pod", () => {
    const pods = program.of("Service").find(({ name }) => name === "web-pods")?.inputs;
    expect(pods.metadata.name).to.equal("web-pods");
    expect(pods.spec).to.deep.equal({
      clusterIP: "None",
      selector,
      ports: [{ name: "metrics", port: 9464, targetPort: "metrics" }],
    });
    const [container] = program.the("Deployment").inputs.spec.template.spec.containers;
    expect(container.env).to.deep.include({ name: "PODS_HOST", value: "web-pods" });
  });

  it("is a NodePort that Kubernetes chooses", () => {
    expect(service(program).spec).to.deep.equal({
      type: "NodePort",
      selector,
      ports: [{ name: "http", port: 80, targetPort: "http" }],
    });
  });

  it("is the NodePort of the configuration", async () => {
    const run = await runProgram({ nodePort: 30080 });
    expect(service(run).spec.ports[0].nodePort).to.equal(30080);
    expect(run.outputs.url).to.equal("http://127.0.0.1:30080");
  });

  it("is a load balancer on request, at the node's address until it has its own, and `up` doesn't wait", async () => {
    const run = await runProgram({ expose: "loadBalancer", nodePort: 30080 });
    expect(service(run).spec).to.deep.include({ type: "LoadBalancer" });
    expect(service(run).spec.ports[0]).not.to.have.property("nodePort");
    expect(service(run).metadata.annotations).to.deep.equal({ "pulumi.com/skipAwait": "true" });
    expect(run.outputs.url).to.equal("http://192.0.2.1:31234");
  });
});

describe("serviceUrl", () => {
  const balanced = { type: "LoadBalancer", ports: [{ nodePort: 31234 }] } as ServiceSpec;
  const tunnel = "minikube tunnel -p minikube";
  const near = { tunnel, reach: (nodePort: number) => ({ address: `192.0.2.1:${nodePort}` }) };
  const far = { tunnel, reach: (nodePort: number) => ({ ...near.reach(nodePort), problem: "out of reach" }) };
  const sentence =
    "No load balancer has assigned an address to the Service. " +
    "Run in another terminal: minikube tunnel -p minikube. Then run `up` again.";

  it("is the load balancer's address", () => {
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.9" }] } } as ServiceStatus;
    expect(serviceUrl(balanced, status, far)).to.deep.equal({ url: "http://192.0.2.9" });
  });

  it("shows the command that assigns an address, and the address until then", () => {
    const url = "http://192.0.2.1:31234";
    const problem = `${sentence} Until then, the service answers at ${url}`;
    expect(serviceUrl(balanced, undefined, near)).to.deep.equal({ url, problem });
    expect(serviceUrl(balanced, undefined, far)).to.deep.equal({ url, problem: sentence });
  });

  it("shows why a node's port is out of reach", () => {
    const spec = { ...balanced, type: "NodePort" };
    expect(serviceUrl(spec, undefined, far).problem).to.equal("out of reach");
  });

  it("has brackets around an IPv6 address of a load balancer", () => {
    const status = { loadBalancer: { ingress: [{ ip: "2001:db8::1" }] } } as ServiceStatus;
    expect(serviceUrl(balanced, status, near)).to.deep.equal({ url: "http://[2001:db8::1]" });
  });
});
