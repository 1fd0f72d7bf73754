import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { missingCredentialHelper } from "../../cluster/docker-credentials.ts";

describe("missingCredentialHelper", () => {
  const saved = { PATH: process.env.PATH, DOCKER_CONFIG: process.env.DOCKER_CONFIG };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-docker-"));
    process.env.PATH = process.env.DOCKER_CONFIG = folder;
  });
  afterEach(() => {
    process.env.PATH = saved.PATH;
    if (saved.DOCKER_CONFIG === undefined) delete process.env.DOCKER_CONFIG;
    else process.env.DOCKER_CONFIG = saved.DOCKER_CONFIG;
    rmSync(folder, { recursive: true });
  });

  const config = (text: object) => {
    writeFileSync(join(folder, "config.json"), JSON.stringify(text));
  };

  it("is the store's, until it is on PATH", () => {
    expect(missingCredentialHelper()).to.equal(undefined);
    config({ credsStore: "desktop" });
    expect(missingCredentialHelper()).to.match(
      /"desktop", and docker-credential-desktop is not on PATH\. Install/,
    );
    writeFileSync(join(folder, "docker-credential-desktop"), "");
    expect(missingCredentialHelper()).to.equal(undefined);
  });

  it("is that of a registry which is used", () => {
    config({ credHelpers: { "gcr.io": "gcloud" } });
    expect(missingCredentialHelper()).to.include("docker-credential-gcloud is not on PATH");
    config({ credHelpers: { "1.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login" } });
    expect(missingCredentialHelper()).to.equal(undefined);
    expect(missingCredentialHelper("1.dkr.ecr.eu-west-1.amazonaws.com/shop/web")).to.include("ecr-login");
  });
});
