import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { connectCluster } from "../../kubernetes/cluster-client.ts";
import { openPodTunnel, type PodTunnel } from "../../kubernetes/pod-tunnel.ts";
import { FakeApiServer, namespace } from "../support/fake-api-server.ts";

describe("openPodTunnel", function () {
  this.timeout(20_000);
  const saved = process.env.KUBECONFIG;
  let folder: string;
  let cluster: FakeApiServer;
  let echo: Server;
  let tunnel: PodTunnel;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-tunnel-"));
    process.env.KUBECONFIG = join(folder, "config");
    cluster = await new FakeApiServer(process.env.KUBECONFIG).start();
    echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(echo, "listening");
    cluster.forwarded.set("mongodb-0", { port: (echo.address() as AddressInfo).port });
  });
  afterEach(() => {
    tunnel.close();
    echo.close();
    cluster.close();
    rmSync(folder, { recursive: true });
    if (saved === undefined) Reflect.deleteProperty(process.env, "KUBECONFIG");
    else process.env.KUBECONFIG = saved;
  });

  const open = async (pod: string) => {
    const { portForward } = await connectCluster("minikube");
    tunnel = await openPodTunnel(portForward, { namespace, pod, port: 27017 });
    return connect(tunnel.port, "127.0.0.1");
  };

  it("leads to the port of the pod, both ways, on several connections", async () => {
    const first = await open("mongodb-0");
    const second = connect(tunnel.port, "127.0.0.1");
    const large = "x".repeat(300_000);
    first.write(large);
    second.write("hello");
    const answers = [first, second].map(async (socket, index) => {
      const wanted = index === 0 ? large.length : 5;
      let got = "";
      for await (const chunk of socket) {
        got += String(chunk);
        if (got.length === wanted) break;
      }
      return got;
    });
    expect(await Promise.all(answers)).to.deep.equal([large, "hello"]);
    expect(cluster.requests).to.include(
      `/api/v1/namespaces/${namespace}/pods/mongodb-0/portforward?ports=27017`,
    );
  });

  it("ends the connection where the pod is gone, and says why", async () => {
    const socket = await open("mongodb-1");
    expect(await text(socket)).to.equal("");
    expect(tunnel.failure()).to.equal("Unexpected server response: 404");
  });

  it("ends the connection where nothing listens in the pod, and says why", async () => {
    cluster.forwarded.set("mongodb-0", { port: 1 });
    const socket = await open("mongodb-0");
    expect(await text(socket)).to.equal("");
    expect(tunnel.failure()).to.match(/^error forwarding port: connect ECONNREFUSED/);
  });

  it("ends all connections when the cluster is gone, and when it is closed", async () => {
    const socket = await open("mongodb-0");
    socket.write("hello");
    await once(socket, "data");
    cluster.drop();
    expect(await text(socket)).to.equal("");

    const other = connect(tunnel.port, "127.0.0.1");
    other.on("error", () => undefined);
    other.write("hello");
    await once(other, "data");
    tunnel.close();
    await once(other, "close");
    const late = connect(tunnel.port, "127.0.0.1");
    expect(await once(late, "connect").catch((error: unknown) => (error as { code: string }).code)).to.equal(
      "ECONNREFUSED",
    );
  });
});
