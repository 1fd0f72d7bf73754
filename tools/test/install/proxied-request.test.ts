import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { get } from "../../install/proxied-request.ts";
import { proxyVariables } from "../support/download-server.ts";

const names = [...proxyVariables, "ALL_PROXY", "all_proxy"];

describe("get", () => {
  const environment = { ...process.env };
  const server = createServer((request, response) => response.end(request.url));
  let proxy: string;

  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  });
  after(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, environment);
    server.close();
    server.closeAllConnections();
  });

  /** Returns what the server saw: a proxy receives an absolute URL. */
  const asked = async (url: string) => await text(await get(url, {}, AbortSignal.timeout(5000)));

  for (const name of ["ALL_PROXY", "all_proxy"]) {
    it(`asks the proxy that ${name} names`, async () => {
      process.env[name] = proxy;
      expect(await asked("http://nobody.invalid/a")).to.equal("http://nobody.invalid/a");
    });
  }

  it("prefers HTTP_PROXY, and bypasses the proxy for NO_PROXY", async () => {
    process.env.ALL_PROXY = "http://127.0.0.1:1";
    process.env.HTTP_PROXY = proxy;
    expect(await asked("http://nobody.invalid/a")).to.equal("http://nobody.invalid/a");
    process.env.NO_PROXY = "127.0.0.1";
    expect(await asked(`${proxy}/b`)).to.equal("/b");
  });

  it("leaves out a proxy that does not speak HTTP", async () => {
    process.env.ALL_PROXY = "socks5://127.0.0.1:1";
    expect(await asked(`${proxy}/b`)).to.equal("/b");
  });
});
