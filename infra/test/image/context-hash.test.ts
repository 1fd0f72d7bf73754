import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { contextFiles, contextHash } from "../../image/context-hash.ts";

describe("contextHash", () => {
  let folder: string;
  const write = (path: string, text: string) => {
    writeFileSync(join(folder, path), text);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-context-"));
    mkdirSync(join(folder, "service/test"), { recursive: true });
    write(".dockerignore", "*\n!package.json\n!service\nservice/test\n");
    write("Dockerfile", "FROM scratch\n");
    write("service/main.ts", "1");
    write("service/.hidden", "1");
    write("service/test/main.test.ts", "1");
    write("README.md", "1");
    write("package.json", '{"name":"a","scripts":{"up":"1"}}');
    write("service/package.json", '{"scripts":{"bundle":"1"}}');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  for (const path of ["Dockerfile", "service/main.ts", "service/.hidden", "service/new.ts"]) {
    it(`changes with ${path}`, () => {
      const before = contextHash(contextFiles(folder));
      write(path, "2");
      expect(contextHash(contextFiles(folder))).not.to.equal(before);
    });
  }

  for (const path of ["README.md", "service/test/main.test.ts"]) {
    it(`stays as it is with ${path}, which .dockerignore leaves out`, () => {
      const before = contextHash(contextFiles(folder));
      write(path, "2");
      expect(contextHash(contextFiles(folder))).to.equal(before);
    });
  }

  it("stays as it is with a script of the project's package.json, and changes with what else is in there", () => {
    const before = contextHash(contextFiles(folder));
    write("package.json", '{"name":"a","scripts":{"up":"2","down":"1"}}');
    expect(contextHash(contextFiles(folder))).to.equal(before);
    write("package.json", '{"name":"a","workspaces":["service"],"scripts":{"up":"1"}}');
    expect(contextHash(contextFiles(folder))).not.to.equal(before);
  });

  it("changes with a script of the service's package.json, which builds it", () => {
    const before = contextHash(contextFiles(folder));
    write("service/package.json", '{"scripts":{"bundle":"2"}}');
    expect(contextHash(contextFiles(folder))).not.to.equal(before);
  });

  it("stays as it is with another umask, because the Dockerfile sets the modes of the image", () => {
    const before = contextHash(contextFiles(folder));
    chmodSync(join(folder, "service/main.ts"), 0o600);
    expect(contextHash(contextFiles(folder))).to.equal(before);
    const dockerfile = readFileSync(join(import.meta.dirname, "../../../Dockerfile"), "utf8");
    expect(dockerfile).to.match(/^RUN node service\/bundle\.ts && chmod -R u=rwX,go=rX service\/dist$/m);
    const copied = [...dockerfile.matchAll(/^COPY --from=bundle (.*) \S+$/gm)].flatMap(([, files = ""]) =>
      files.split(" "),
    );
    expect(copied).not.to.deep.equal([]);
    for (const file of copied) expect(file).to.match(/^\/app\/service\/dist(\/|$)/);
  });

  it("changes with the name of a file", () => {
    const before = contextHash(contextFiles(folder));
    rmSync(join(folder, "service/main.ts"));
    write("service/app.ts", "1");
    expect(contextHash(contextFiles(folder))).not.to.equal(before);
  });
});
