import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expect } from "chai";
import { answerOf, whyNot } from "../../http/url-answer.ts";
import { answering } from "../support/answering-server.ts";

const run = promisify(execFile);
const file = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

describe("answerOf", () => {
  it("bypasses the proxy for minikube, even if Node itself reads the proxy's variables", async () => {
    const service = await answering(200, "here");
    const named = service.url.replace("127.0.0.1", "koa-mongo.local");
    const script = `
      const { bypassProxy } = await import(${file("../../../infra/cluster/minikube/proxy-bypass.ts")});
      const { answerOf } = await import(${file("../../http/url-answer.ts")});
      bypassProxy("minikube");
      const answers = [await answerOf("${service.url}", 5000), await answerOf("${named}", 5000, "127.0.0.1")];
      console.log(JSON.stringify(answers.map(({ text }) => text)));
    `;
    // No server listens on this port.
    const proxies = { HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "", no_proxy: "", NODE_USE_ENV_PROXY: "1" };
    const args = ["--input-type=module", "--eval", script];
    try {
      const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...proxies } });
      expect(JSON.parse(stdout)).to.deep.equal(["here", "here"]);
    } finally {
      service.close();
    }
  });
});

describe("whyNot", () => {
  it("says that no pod accepts connections, if a connection is closed without an answer", async () => {
    const closing = createServer((socket) => socket.resume().on("data", () => socket.destroy()));
    await once(closing.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(closing.address() as AddressInfo).port}`;
    try {
      for (const address of [undefined, "127.0.0.1"])
        expect(await answerOf(url, 5000, address).then(() => "answered", whyNot)).to.match(
          /^no pod accepts connections \((other side closed|socket hang up|read ECONNRESET)\)$/,
        );
    } finally {
      closing.close();
    }
  });

  it("is the system's error", async () => {
    const closed = createServer();
    await once(closed.listen(0, "127.0.0.1"), "listening");
    const { port } = closed.address() as AddressInfo;
    await once(closed.close(), "close");
    const found = await answerOf(`http://127.0.0.1:${port}`, 5000).then(() => "answered", whyNot);
    expect(found).to.equal(`connect ECONNREFUSED 127.0.0.1:${port}`);
  });
});
