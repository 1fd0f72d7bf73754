import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { buildArguments, proxiesOfMachine, type BuildArguments } from "../../image/build-arguments.ts";

describe("buildArguments", () => {
  it("has the settings, which override the machine's proxies, and is a secret", async () => {
    const proxy = pulumi.secret("http://ada:secret@proxy.example.com:3128");
    const args = buildArguments(
      { proxy, npmrc: pulumi.secret("registry=https://npm.example.com") },
      {
        HTTPS_PROXY: "http://other.example.com",
        NO_PROXY: "example.com",
      },
    );
    expect(await pulumi.isSecret(args)).to.equal(true);
    expect(await valueOf(args)).to.deep.equal({
      HTTPS_PROXY: "http://ada:secret@proxy.example.com:3128",
      HTTP_PROXY: "http://ada:secret@proxy.example.com:3128",
      NO_PROXY: "example.com",
      NPMRC: "registry=https://npm.example.com",
    });
  });

  it("is a secret without settings, too, because an earlier build's arguments may replace the value", async () => {
    const args = buildArguments({});
    expect(await pulumi.isSecret(args)).to.equal(true);
    expect(await valueOf(args)).to.deep.equal({});
  });
});

describe("proxiesOfMachine", () => {
  let DOCKER_CONFIG: string;
  beforeEach(() => {
    DOCKER_CONFIG = mkdtempSync(join(tmpdir(), "koa-mongo-stack-docker-"));
  });
  afterEach(() => {
    rmSync(DOCKER_CONFIG, { recursive: true });
  });

  it("has the proxies of Docker's configuration, as docker build does", () => {
    const proxies = {
      default: { httpProxy: "http://a.example.com", httpsProxy: "http://b.example.com", noProxy: "c" },
    };
    writeFileSync(join(DOCKER_CONFIG, "config.json"), JSON.stringify({ proxies }));
    expect(proxiesOfMachine({ DOCKER_CONFIG, HTTPS_PROXY: "http://d.example.com" })).to.deep.equal({
      HTTP_PROXY: "http://a.example.com",
      HTTPS_PROXY: "http://b.example.com",
      NO_PROXY: "c",
    });
  });

  it("has the proxies of the environment if Docker has none, in either spelling", () => {
    writeFileSync(join(DOCKER_CONFIG, "config.json"), "{}");
    const environment = { DOCKER_CONFIG, https_proxy: "http://d.example.com", NO_PROXY: "e" };
    expect(proxiesOfMachine(environment)).to.deep.equal({
      HTTPS_PROXY: "http://d.example.com",
      NO_PROXY: "e",
    });
  });

  for (const url of [
    "http://127.0.0.1:3128",
    "http://ada:x@localhost:3128",
    "http://[::1]:3128",
    "127.0.0.1:3128",
  ]) {
    it(`leaves out ${url}, which a build does not reach`, () => {
      expect(proxiesOfMachine({ DOCKER_CONFIG, HTTPS_PROXY: url, NO_PROXY: "e" })).to.deep.equal({});
    });
  }
});

async function valueOf(output: pulumi.Output<BuildArguments>): Promise<BuildArguments> {
  return await new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}
