import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
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
