import { execFileSync } from "node:child_process";
import { expect } from "chai";

const directEngine = new URL("../../startup/direct-engine.js", import.meta.url).href;

/** The variable that Pulumi's SDK reads, in a process that Pulumi starts with this environment. */
function bypass(env: NodeJS.ProcessEnv): string {
  const print = "process.stdout.write(process.env.no_grpc_proxy)";
  return execFileSync(process.execPath, ["--import", directEngine, "--eval", print], {
    encoding: "utf8",
    env,
  });
}

describe("direct-engine.js", () => {
  it("bypasses the proxy for Pulumi itself, and keeps a user's own setting", () => {
    expect(bypass({ https_proxy: "http://proxy.example.com:3128" })).to.equal("127.0.0.1,localhost");
    expect(bypass({ no_grpc_proxy: "127.0.0.1" })).to.equal("127.0.0.1");
  });
});
