import { expect } from "chai";
import { findIngressPlace, type IngressPlace } from "../../../tools/minikube/ingress-place.ts";
import { kubectl, profile } from "../support/cluster-kubectl.ts";
import { pods } from "../support/cluster-objects.ts";
import { onePod, until, untilStackReady, webSelector } from "../support/stack-pods.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";
import { expectNoFailure } from "./support/host-load.ts";
import { requestHost, type HostAnswer } from "./support/host-request.ts";
import { needsImage } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";
import { installTraefik, traefikIdleSeconds, traefikImage, type Traefik } from "./support/traefik.ts";

const host = "app.modes.example";
/** Timeout for a controller to serve a new Ingress. */
const timeoutMs = 60_000;

describe("ingress: an Ingress over HTTP, on Traefik", () => {
  const removals = removeAfter();
  let traefik: Traefik | undefined;
  let stack: TestStack | undefined;
  let outputs: Outputs;
  let place: IngressPlace;

  before(async function () {
    await needsImage(this, traefikImage);
    traefik = await installTraefik("modes-ingress");
    removals.push(traefik.remove);
    const created = await createTestStack("modes-ingress");
    removals.push(() => created.remove());
    stack = created;
    await stack.set("expose", "ingress");
    await stack.set("host", host);
    await stack.set("ingressClass", traefik.className);
    ({ outputs } = await stack.up());
    const found = await findIngressPlace({ minikubeProfile: profile }, outputs.url, timeoutMs);
    if (found === undefined) throw new Error(`there is no minikube ${profile}`);
    place = found;
    await until(
      `${place.url} answers`,
      60,
      async () => (await requestHost(place, "/health/ready")).status === 200,
    );
  });

  /** Log lines of all pods of the service. */
  async function logged(): Promise<Record<string, unknown>[]> {
    const selection = ["--namespace", outputs.namespace, "--selector", webSelector, "--tail=-1"];
    const lines = (await kubectl("logs", ...selection)).split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it("answers at its host name, where the commands find the controller", async () => {
    expect(outputs.url).to.equal(`http://${host}`);
    const service = ["get", "service", "traefik", "--namespace", traefik?.className ?? ""];
    const nodePort = await kubectl(...service, "--output=jsonpath={.spec.ports[?(@.name=='web')].nodePort}");
    expect(place.url).to.equal(`http://${host}:${nodePort}`);
    const page = await requestHost(place, "/");
    expect(page.status).to.equal(200);
    expect(page.text).to.include("Hello World, from Docker and Kubernetes!");
    const other = { ...place, url: place.url.replace("app.", "other.") };
    expect((await requestHost(other, "/")).status).to.equal(404);
  });

  it("logs the client's address, and not the address in the client's own header", async () => {
    for (const [id, headers] of [
      ["plain", {}],
      ["forged", { "X-Forwarded-For": "203.0.113.7" }],
    ] as const) {
      const requestId = `modes-${id}`;
      const { client } = await requestHost(place, "/data", {
        headers: { ...headers, "X-Request-Id": requestId },
      });
      let line: Record<string, unknown> | undefined;
      await until("the request is logged", 30, async () => {
        line = (await logged()).find((each) => each.requestId === requestId);
        return line !== undefined;
      });
      expect(line).to.include({ client, path: "/data", status: 200 });
    }
  });

  describe("limits and timeouts", () => {
    const json = { "Content-Type": "application/json" };
    const problem = ({ status, type, text }: HostAnswer) => {
      expect(type).to.equal("application/problem+json");
      return `${status} ${(JSON.parse(text) as { code: string }).code}`;
    };

    it("a body that is too large gets the service's own answer", async () => {
      const body = JSON.stringify({ text: "a".repeat(900 * 1024) });
      expect(problem(await requestHost(place, "/data", { method: "POST", headers: json, body }))).to.equal(
        "413 body_too_large",
      );
    });

    it("headers that are too large get the service's own answer", async () => {
      const headers = { "X-Large": "a".repeat(20 * 1024) };
      expect(problem(await requestHost(place, "/data", { headers }))).to.equal("431 headers_too_large");
    });

    it("a body that takes too long gets the service's own answer, before Traefik's timeout", async () => {
      const slow = { method: "POST", headers: json, body: '{"a":1}', pauseMs: 50_000 } as const;
      expect(problem(await requestHost(place, "/data", slow))).to.equal("408 request_timeout");
    });

    it("the service keeps idle connections longer than Traefik", async () => {
      const { metadata } = await onePod(outputs.namespace, webSelector);
      const script = `fetch("http://127.0.0.1:3000/health/live").then(({ headers }) => console.log(headers.get("keep-alive")))`;
      const exec = ["exec", "--namespace", outputs.namespace, metadata.name, "--"];
      const keepAlive = await kubectl(...exec, "/nodejs/bin/node", "--eval", script);
      expect(Number(/^timeout=(\d+)$/.exec(keepAlive)?.[1])).to.be.greaterThan(traefikIdleSeconds);
    });
  });

  describe("no request fails under a constant load", () => {
    for (const [clients, perConnection] of [
      ["clients that keep their connections", Infinity],
      ["clients that open a connection for every third request", 3],
    ] as const) {
      it(`while pods are replaced, with ${clients}`, async () => {
        const logLevel = perConnection === Infinity ? "debug" : "info";
        await stack?.set("logLevel", logLevel);
        const before = await podNames();
        await expectHarmless(async () => {
          await stack?.up();
          // Waits until the last old pod has ended, too.
          await untilStackReady(outputs.namespace);
        }, perConnection);
        // A rollout that replaces nothing fails nothing.
        expect((await podNames()).filter((name) => before.includes(name))).to.deep.equal([]);
      });
    }

    it("while a pod is deleted", async () => {
      await expectHarmless(async () => {
        const { metadata } = await onePod(outputs.namespace, webSelector);
        await kubectl("delete", "pod", metadata.name, "--namespace", outputs.namespace);
        await untilStackReady(outputs.namespace);
      });
    });
  });

  async function podNames(): Promise<string[]> {
    return (await pods(outputs.namespace, webSelector)).map(({ metadata }) => metadata.name);
  }

  async function expectHarmless(cause: () => Promise<void>, perConnection = Infinity): Promise<void> {
    if (traefik === undefined) throw new Error("there is no Traefik");
    await expectNoFailure({ place, traefik, perConnection }, cause);
  }
});
