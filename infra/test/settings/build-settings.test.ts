import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { readBuild } from "../../settings/build-settings.ts";
import { setConfig } from "../support/mocked-program.ts";
import { certificate } from "../support/test-certificate.ts";

describe("readBuild", () => {
  it("is empty by default", () => {
    expect(readBuild(setConfig())).to.deep.equal({});
  });

  it("keeps each as a secret", async () => {
    const config = setConfig({
      buildProxy: "http://a:b@proxy.example:3128",
      npmrc: "registry=x",
      buildCa: certificate,
    });
    const { proxy, npmrc, ca } = readBuild(config);
    for (const value of [proxy, npmrc, ca]) {
      expect(value !== undefined && (await pulumi.isSecret(value))).to.equal(true);
    }
  });

  it("rejects an invalid proxy and an invalid certificate, without showing them", () => {
    for (const buildProxy of ["secret.example:3128", "socks5://secret.example", "http://"]) {
      expect(() => readBuild(setConfig({ buildProxy }))).to.throw(
        /^buildProxy must be the URL of an HTTP proxy[^]*3128\.$/,
      );
    }
    expect(() => readBuild(setConfig({ buildCa: "secret" }))).to.throw(
      /^buildCa is not in PEM(?![^]*secret)/,
    );
    const changed = certificate.replace("MIIB", "MIIC");
    expect(() => readBuild(setConfig({ buildCa: changed }))).to.throw(
      /^buildCa has a certificate that can't be read(?![^]*MIIC)/,
    );
  });
});
