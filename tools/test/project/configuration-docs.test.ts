import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { readSettings as readStack } from "../../../infra/settings/stack-settings.ts";
import { serverLimits } from "../../../service/http/server-limits.ts";
import { setConfig } from "../../../infra/test/support/mocked-program.ts";

const project = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(project, file), "utf8");

/** The cells of a table row. */
type Row = readonly string[];

/** Rows of the tables below a heading, up to the next heading of the same level. */
function rowsBelow(heading: string): Row[] {
  const [, section = ""] = read("docs/configuration.md").split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return own
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Names in code format in a cell. */
function namesIn(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

describe("docs/configuration.md, the keys of the stack", () => {
  const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, { default: unknown }> };
  const rows = rowsBelow("Keys of the stack");

  it("has a row for each key of Pulumi.yaml, and no other", () => {
    expect(rows.map(([name]) => namesIn(name)[0])).to.have.members(Object.keys(config));
  });

  for (const [key, { default: value }] of Object.entries(config)) {
    it(`has the default of ${key}`, () => {
      const [, , cell = ""] = rows.find(([name]) => namesIn(name)[0] === key) ?? [];
      // Renovate changes the digests of images.
      const [expected = ""] = String(value).split("@");
      if (expected === "") expect(cell).to.match(/^none\b/);
      else expect(namesIn(cell)[0]).to.equal(expected);
    });

    it(`has the values that ${key} may have`, () => {
      const [, values = ""] = rows.find(([name]) => namesIn(name)[0] === key) ?? [];
      for (const word of allowed(key))
        expect(values).to.match(new RegExp(String.raw`(?<![\w-])${word}(?!\w)`));
    });
  }

  /** Words or limits in the error message about a wrong value. */
  function allowed(key: string): readonly string[] {
    const message = errorFor({ [key]: "not-a-value" });
    const [, words] = /must be one of (.+), not "/.exec(message) ?? [];
    if (words !== undefined) return words.split(", ");
    const [, least, most] = /must be a whole number from (\d+|\w+ \(\d+\)) to (\d+)/.exec(message) ?? [];
    return least === undefined || most === undefined ? [] : [least.split(" ")[0] ?? "", most];
  }

  it("compares the values of words and of numbers", () => {
    expect(allowed("expose")).to.deep.equal(["nodePort", "loadBalancer", "ingress"]);
    expect(allowed("maxReplicas")).to.deep.equal(["minReplicas", "50"]);
  });
});

/** The error message about a configuration. Empty if the configuration is valid. */
function errorFor(values: Record<string, unknown>): string {
  try {
    readStack(setConfig(values), "dev");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("docs/configuration.md, the environment", () => {
  const rows = rowsBelow("Environment of the service");
  /** Defaults from the source of the service. */
  const defaults = new Map(
    [
      ...read("service/service-settings.ts").matchAll(
        /^ {6}([A-Z_]+): \w+\(\{\s+default: (.+?)(?: \}|,\n)/gm,
      ),
    ].map(([, name = "", value = ""]) => [name, value]),
  );

  it("has a row for each variable of the service, and no other", () => {
    expect(defaults.size).to.be.greaterThan(10);
    expect(rows.map(([name]) => namesIn(name)[0])).to.have.members([...defaults.keys()]);
  });

  for (const [name, source] of defaults) {
    it(`has the default of ${name}`, () => {
      const [, , cell = ""] = rows.find(([variable]) => namesIn(variable)[0] === name) ?? [];
      if (["undefined", '""', "noTrust"].includes(source)) expect(cell).to.match(/^none\b/);
      else if (source === "hostname()") expect(cell).to.equal("the host's name");
      else if (source.startsWith('"')) expect(namesIn(cell)).to.deep.equal([source.slice(1, -1)]);
      else expect(namesIn(cell)).to.deep.equal([String(numberOf(source))]);
    });
  }

  /** The value of an expression such as `8 * 1024`, or of a server limit. */
  function numberOf(source: string): number {
    const limits: Readonly<Record<string, number>> = { ...serverLimits };
    return (
      limits[source.replace("serverLimits.", "")] ??
      source.split(" * ").reduce((product, factor) => product * Number(factor), 1)
    );
  }

  /** Variables that programs set for each other. Users don't set them. */
  const internal = ["PATH", "INIT_CWD", "GRACE_SECONDS"];

  it("has each variable that the commands and the program read", () => {
    const sources = globSync("{tools,infra,service}/**/*.{ts,js}", {
      cwd: project,
      exclude: ["**/node_modules/**", "**/test/**", "**/dist/**"],
    }).map(read);
    const found = sources.flatMap((source) => [
      ...[...source.matchAll(/\benv\.([A-Z][A-Z\d_]+)|\.env\("([A-Z_]+)"/g)].map(([, a, b]) => a ?? b ?? ""),
      ...[...source.matchAll(/\{ ([^{}\n]+) \}(?:: Variables)? = process\.env/g)].flatMap(([, list = ""]) =>
        [...list.matchAll(/\b[A-Z][A-Z\d_]+\b/g)].map(([name]) => name),
      ),
    ]);
    expect(found).to.include.members(["PULUMI_STACK", "DATA_DIRECTORY", "MINIKUBE_DRIVER"]);
    const listed = namesIn(read("docs/configuration.md"));
    const missing = new Set(found.filter((name) => !listed.includes(name) && !internal.includes(name)));
    expect([...missing]).to.deep.equal([]);
  });

  it("has each variable of compose.yaml and each build argument of an image", () => {
    const ofCompose = [...read("compose.yaml").matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(
      ([, name = ""]) => name,
    );
    const ofDockerfile = [...read("Dockerfile").matchAll(/^ARG (\w+)/gm)].map(([, name = ""]) => name);
    expect(namesIn(read("docs/configuration.md"))).to.include.members([...ofCompose, ...ofDockerfile]);
  });
});
