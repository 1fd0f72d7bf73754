import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse } from "yaml";
import { auditExitCode, judgeAudit } from "../../supply-chain/audit.ts";
import { imagesIn, isPinned } from "../../supply-chain/pinned-images.ts";
import { otherLicences, unknownScripts, type Lockfile } from "../../supply-chain/lockfile.ts";
import { serviceSbom, type Sbom } from "../../supply-chain/sbom.ts";

const run = promisify(execFile);

const project = join(import.meta.dirname, "../../..");
const file = (name: string) => readFileSync(join(project, name), "utf8");
const { packages } = JSON.parse(file("package-lock.json")) as { packages: Lockfile };
const { allowScripts } = JSON.parse(file("package.json")) as { allowScripts: Record<string, boolean> };

describe("the packages", () => {
  it("have no install script without a decision in package.json", () => {
    expect(unknownScripts(packages, allowScripts)).to.deep.equal([]);
  });

  it("have licences that require only their text", () => {
    expect(otherLicences(packages)).to.deep.equal([]);
  });

  it("are found by their scripts, wherever they are", () => {
    const locked = {
      "": {},
      "node_modules/a/node_modules/@b/c": { version: "1.0.0", hasInstallScript: true },
    };
    expect(unknownScripts(locked, {})).to.deep.equal(["@b/c 1.0.0"]);
    expect(unknownScripts(locked, { "@b/c": false })).to.deep.equal([]);
  });

  it("are found by their licences, unless only development needs them", () => {
    const locked = {
      "node_modules/gpl": { version: "1.0.0", license: "GPL-3.0-only" },
      "node_modules/none": { version: "1.0.0" },
      "node_modules/both": { version: "1.0.0", license: "(MIT AND GPL-3.0-only)" },
      "node_modules/either": { version: "1.0.0", license: "(MIT OR GPL-3.0-only)" },
      "node_modules/dev": { version: "1.0.0", license: "GPL-3.0-only", dev: true },
      "node_modules/own": { link: true },
    };
    const found = ["gpl 1.0.0: GPL-3.0-only", "none 1.0.0: no licence", "both 1.0.0: (MIT AND GPL-3.0-only)"];
    expect(otherLicences(locked)).to.deep.equal(found);
  });

  it("are exact versions", () => {
    for (const name of ["package.json", "service/package.json", "tools/package.json", "dev/package.json"]) {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(file(name)) as Record<string, object>;
      for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        expect(version, dependency).to.match(/^\d+\.\d+\.\d+$/);
      }
    }
  });
});

describe("the images", () => {
  const digest = `sha256:${"0".repeat(64)}`;

  it("are all found", () => {
    const [dockerfile, compose, pulumi] = ["Dockerfile", "compose.yaml", "Pulumi.yaml"].map(file);
    const found = imagesIn({ dockerfile: dockerfile ?? "", compose: compose ?? "", pulumi: pulumi ?? "" });
    expect(found.map(({ image }) => image.replace(/[:@].*/, ""))).to.deep.equal([
      "node",
      "gcr.io/distroless/nodejs24-debian12",
      "mongo",
      "mongo",
    ]);
  });

  it("are pinned by digest", () => {
    const [dockerfile, compose, pulumi] = ["Dockerfile", "compose.yaml", "Pulumi.yaml"].map(file);
    const found = imagesIn({ dockerfile: dockerfile ?? "", compose: compose ?? "", pulumi: pulumi ?? "" });
    const byTag = found.filter(({ image }) => !isPinned(image)).map(({ image }) => image);
    expect(byTag).to.deep.equal([]);
  });

  it("are the defaults of the Dockerfile's arguments", () => {
    const dockerfile = `ARG NODE_IMAGE=node:24@${digest}\nFROM \${NODE_IMAGE} AS build\nFROM \${OTHER}`;
    const found = imagesIn({ dockerfile, compose: "services: {}", pulumi: "config: {}" });
    expect(found.map(({ image }) => image)).to.deep.equal([`node:24@${digest}`, "${OTHER}"]);
  });

  it("must be pinned by digest, because tags change", () => {
    const dockerfile = `FROM --platform=linux/amd64 node:24@${digest} AS build\nFROM build\nFROM node:24`;
    const compose = "services: { web: { build: ., image: own }, db: { image: 'mongo:8.0' } }";
    const pulumi = `config: { mongoImage: { default: 'mongo@${digest}' } }`;
    const pinned = imagesIn({ dockerfile, compose, pulumi }).map(({ image }) => isPinned(image));
    expect(pinned).to.deep.equal([true, false, false, true]);
  });
});

describe("the workflows", () => {
  interface Job {
    readonly permissions?: Record<string, string>;
    readonly steps: { readonly run?: string }[];
  }
  const names = readdirSync(join(project, ".github/workflows"));
  const texts = names.map((name) => file(`.github/workflows/${name}`));

  it("use actions by the commit, with its version for people", () => {
    const used = texts.flatMap((text) => text.match(/^.*\buses:.*$/gm) ?? []);
    expect(used).not.to.deep.equal([]);
    const pinned = /^ +(- )?uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(used.filter((line) => !pinned.test(line))).to.deep.equal([]);
  });

  it("run the packages' code only in jobs without write permission", () => {
    for (const text of texts) {
      const { permissions, jobs } = parse(text) as { permissions: object; jobs: Record<string, Job> };
      for (const [name, job] of Object.entries(jobs)) {
        if (!job.steps.some(({ run }) => /\bnp[mx] /.test(run ?? ""))) continue;
        expect(job.permissions ?? permissions, name).to.deep.equal({ contents: "read" });
      }
    }
  });
});

describe("npm audit", () => {
  const counts = (high: number, critical: number) =>
    JSON.stringify({ metadata: { vulnerabilities: { low: 1, moderate: 2, high, critical } } });

  it("passes with moderate vulnerabilities, and fails with high ones", () => {
    expect(judgeAudit(counts(0, 0)).verdict).to.equal("passed");
    expect(judgeAudit(counts(1, 0))).to.deep.equal({
      verdict: "failed",
      text: "npm audit: 0 critical, 1 high, 2 moderate, 1 low",
    });
    expect(judgeAudit(counts(0, 1)).verdict).to.equal("failed");
  });

  it("does not pass when the registry does not answer", () => {
    for (const output of ['{"message":"405 Method Not Allowed","error":{}}', "", "<html>"]) {
      const { verdict, text } = judgeAudit(output);
      expect(verdict).to.equal("not audited");
      expect(text).to.match(
        /^not audited: the registry did not answer \((405 Method Not Allowed|no output)\)$/,
      );
    }
  });

  it("has an exit code for each verdict", () => {
    expect(auditExitCode).to.deep.equal({ passed: 0, failed: 1, "not audited": 3 });
  });

  it("exits with the code for a missing audit when nothing answers at the registry", async function () {
    this.timeout(120_000);
    const env = { ...process.env, npm_config_registry: "http://127.0.0.1:1", npm_config_fetch_retries: "0" };
    const script = join(import.meta.dirname, "../../supply-chain/supply-chain.ts");
    const ended = await run(process.execPath, [script], { env }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: unknown) => error as { code: number; stdout: string },
    );
    expect(ended.code, ended.stdout).to.equal(3);
    expect(ended.stdout).to.match(/^not audited: /m);
  });
});

describe("the SBOM", () => {
  const service = {
    name: "@app/service",
    version: "1.0.0",
    dependencies: { koa: "3.0.0", "@koa/router": "2.0.0" },
    devDependencies: { esbuild: "1.0.0" },
  };
  const itself = { group: "@app", name: "service", version: "1.0.0", "bom-ref": "app|service" };
  const koa = { name: "koa", version: "3.0.0" };
  const router = { group: "@koa", name: "router", version: "2.0.0" };
  const sbom = (...components: Sbom["components"]) => ({
    metadata: { component: { name: "app", version: "1.0.0", "bom-ref": "app" } },
    components,
    dependencies: [
      { ref: "app", dependsOn: ["app|service"] },
      { ref: "app|service", dependsOn: ["koa@3.0.0"] },
      { ref: "koa@3.0.0" },
    ],
  });

  it("has the service as its subject, and nothing else of the project", () => {
    const { metadata, components, dependencies } = serviceSbom(sbom(itself, koa, router), service);
    expect(metadata.component).to.include({ name: "service", version: "1.0.0", type: "application" });
    expect(components).to.deep.equal([koa, router]);
    expect(dependencies).to.deep.equal([
      { ref: "app|service", dependsOn: ["koa@3.0.0"] },
      { ref: "koa@3.0.0" },
    ]);
  });

  it("has every dependency, and no development dependency", () => {
    expect(() => serviceSbom(sbom(itself, koa), service)).to.throw("the SBOM lacks @koa/router@2.0.0");
    expect(() => serviceSbom(sbom(koa, router), service)).to.throw("the SBOM lacks @app/service@1.0.0");
    const esbuild = { name: "esbuild", version: "1.0.0" };
    expect(() => serviceSbom(sbom(itself, koa, router, esbuild), service)).to.throw(
      "the SBOM contains development dependencies: esbuild@1.0.0",
    );
  });
});
