import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const project = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(project, file), "utf8");
const architecture = read("docs/architecture.md");

/** Paths in the annotated tree. */
function treePaths(): string[] {
  const [, tree = ""] = /```text\n([\s\S]*?)```/.exec(architecture) ?? [];
  let top = "";
  return tree
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, indent = "", name = ""] = /^( *)(\S+) +\S/.exec(line) ?? [];
      if (indent === "") top = name;
      return indent === "" ? name : join(top, name);
    });
}

describe("docs/architecture.md", () => {
  it("has a tree of what is there", () => {
    // Users may delete dev/.
    const hasDev = existsSync(join(project, "dev"));
    const paths = treePaths().filter((path) => hasDev || !path.startsWith("dev/"));
    expect(paths).to.have.length.greaterThan(8);
    for (const path of paths) expect(existsSync(join(project, path)), path).to.equal(true);
  });

  for (const folder of ["service", "infra"]) {
    it(`leaves out nothing of ${folder}/`, () => {
      const known = treePaths().map((path) => path.replace(/\/$/, ""));
      const own = readdirSync(join(project, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() || /\.(ts|js)$/.test(entry.name))
        .map(({ name }) => name)
        .filter((name) => !["node_modules", "dist"].includes(name));
      expect(known).to.include.members(own.map((name) => join(folder, name)));
    });
  }

  it("names files that there are on the way of a request", () => {
    const [, way = ""] = /```mermaid\nsequenceDiagram([\s\S]*?)```/.exec(architecture) ?? [];
    const files = globSync("service/**/*.ts", { cwd: project, exclude: ["**/node_modules/**"] });
    const named = [...way.matchAll(/[\w/-]+\.ts/g)].map(([name]) => name);
    expect(named).to.have.length.greaterThan(8);
    for (const name of named)
      expect(
        files.some((file) => file.endsWith(`/${name}`)),
        name,
      ).to.equal(true);
  });
});

describe("README.md and other pages", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...globSync("docs/*.md", { cwd: project })];

  /** Scripts of a package.json. Undefined if a user has deleted the folder. */
  function scriptsOf(file: string): string[] | undefined {
    if (!existsSync(join(project, file))) return undefined;
    return Object.keys((JSON.parse(read(file)) as { scripts: object }).scripts);
  }

  /** Scripts named in the pages, of the project or of the workspace dev/. */
  function namedScripts(workspace: "" | "dev"): string[] {
    const named = /npm (?:run ([a-z][\w:-]*)|(start|test)\b)(?: -w (\w+))?/g;
    const told = pages.flatMap((page) => [...read(page).matchAll(named)]);
    return told
      .filter(([, , , of = ""]) => of === workspace)
      .map(([, script, short = ""]) => script ?? short);
  }

  const without = (names: readonly string[], others: readonly string[]) =>
    names.filter((name) => !others.includes(name));

  it("tell of npm scripts that there are, and of all that are for users", () => {
    const scripts = scriptsOf("package.json") ?? [];
    expect(without(namedScripts(""), scripts), "named, and not there").to.deep.equal([]);
    const parts = /^check:|^test:|^format$|^minikube$|^prepare$|^pulumi$/;
    const told = namedScripts("");
    expect(
      without(
        scripts.filter((name) => !parts.test(name)),
        told,
      ),
      "not named",
    ).to.deep.equal([]);
  });

  it("tell of the scripts of dev/, unless a user has deleted it", function () {
    const scripts = scriptsOf("dev/package.json") ?? this.skip();
    expect(without(namedScripts("dev"), scripts), "named, and not there").to.deep.equal([]);
    expect(without(scripts, namedScripts("dev")), "not named").to.deep.equal([]);
  });

  it("lead to files and headings that there are", () => {
    for (const page of pages) {
      const links = [
        ...read(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g),
        ...read(page).matchAll(/ src="([^"]+)"/g),
      ];
      for (const [, link = "", anchor = ""] of links) {
        const file = link === "" ? page : join(page, "..", link);
        expect(existsSync(join(project, file)), `${page}: ${link}`).to.equal(true);
        if (anchor !== "") expect(anchorsOf(read(file)), `${page}: ${link}#${anchor}`).to.include(anchor);
      }
    }
  });

  /** Anchors of a page's headings, in GitHub's form. */
  function anchorsOf(page: string): string[] {
    return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
  }

  it("name files of the project that there are", () => {
    const folders = existsSync(join(project, "dev")) ? "service|infra|tools|dev" : "service|infra|tools";
    const named = new RegExp(String.raw`\`((?:${folders})/[\w./-]*)\``, "g");
    // docs/make-it-yours.md adds these files.
    const isNew = (path: string) => /^service\/(?:test\/)?tasks\//.test(path);
    for (const page of pages.filter((name) => !["CHANGELOG.md", "docs/performance.md"].includes(name))) {
      const paths = [...read(page).matchAll(named)].map(([, path = ""]) => path);
      for (const path of paths.filter((path) => !isNew(path)))
        expect(existsSync(join(project, path)), `${page}: ${path}`).to.equal(true);
    }
  });
});
