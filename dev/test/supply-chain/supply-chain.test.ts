import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { judgeAudit } from "../../supply-chain/audit.ts";
import { imagesIn, isPinned } from "../../supply-chain/pinned-images.ts";
import {
  developmentOnly,
  otherLicences,
  unknownScripts,
  type Lockfile,
} from "../../supply-chain/lockfile.ts";
import { checkedSbom, without } from "../../supply-chain/sbom.ts";

const project = join(import.meta.dirname, "../../..");
const file = (name: string) => readFileSync(join(project, name), "utf8");
const { packages } = JSON.parse(file("package-lock.json")) as { packages: Lockfile };
const { allowScripts } = JSON.parse(file("package.json")) as { allowScripts: Record<string, boolean> };

describe("the packages", () => {
  it("have no install script that nobody decided about", () => {
    expect(unknownScripts(packages, allowScripts)).to.deep.equal([]);
  });

  it("have licences that ask for no more than their text", () => {
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
    for (const name of ["package.json", "service/package.json"]) {
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

  it("are the same tomorrow only by digest", () => {
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

  it("run what packages bring only where nothing can be written", () => {
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

  it("passes with what is not severe, and fails with what is", () => {
    expect(judgeAudit(counts(0, 0)).ok).to.equal(true);
    expect(judgeAudit(counts(1, 0))).to.deep.equal({
      ok: false,
      text: "npm audit: 0 critical, 1 high, 2 moderate, 1 low",
    });
    expect(judgeAudit(counts(0, 1)).ok).to.equal(false);
  });

  it("says that nothing was checked when the registry gives no answer", () => {
    for (const output of ['{"message":"405 Method Not Allowed","error":{}}', "", "<html>"]) {
      expect(judgeAudit(output).text).to.include("NOT CHECKED");
    }
  });
});

describe("the SBOM", () => {
  const service = {
    name: "s",
    version: "1.0.0",
    dependencies: { koa: "3.0.0" },
    devDependencies: { esbuild: "1.0.0" },
  };
  const sbom = (...components: { name: string; version: string }[]) => ({
    bomFormat: "CycloneDX",
    metadata: { component: { type: "library", name: "folder" } },
    components,
  });
  const koa = { name: "koa", version: "3.0.0" };

  it("is the service's", () => {
    expect(checkedSbom(sbom(koa), service).metadata.component).to.include({ name: "s", version: "1.0.0" });
  });

  it("leaves out what only development needs, and nothing else", () => {
    const esbuild = { name: "esbuild", version: "1.0.0" };
    const packages = {
      "node_modules/koa": { version: "3.0.0" },
      "node_modules/tool/node_modules/koa": { version: "3.0.0", dev: true },
      "node_modules/esbuild": { version: "1.0.0", dev: true },
    };
    const dependencies = [
      { ref: "s@1.0.0", dependsOn: ["koa@3.0.0", "esbuild@1.0.0"] },
      { ref: "esbuild@1.0.0", dependsOn: [] },
    ];
    const rest = without(developmentOnly(packages), { ...sbom(koa, esbuild), dependencies });
    expect(rest.components).to.deep.equal([koa]);
    expect(rest.dependencies).to.deep.equal([{ ref: "s@1.0.0", dependsOn: ["koa@3.0.0"] }]);
  });

  it("has every dependency, and none of development's", () => {
    expect(() => checkedSbom(sbom(), service)).to.throw("the SBOM lacks koa,3.0.0");
    expect(() => checkedSbom(sbom(koa, { name: "esbuild", version: "1.0.0" }), service)).to.throw("esbuild");
  });
});
