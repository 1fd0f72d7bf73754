import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { contextHash } from "../image.ts";

describe("contextHash", () => {
  let folder: string;
  const write = (path: string, text: string) => {
    writeFileSync(join(folder, path), text);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-context-"));
    mkdirSync(join(folder, "service/test"), { recursive: true });
    write(".dockerignore", "*\n!service\nservice/test\n");
    write("Dockerfile", "FROM scratch\n");
    write("service/main.ts", "1");
    write("service/.hidden", "1");
    write("service/test/main.test.ts", "1");
    write("README.md", "1");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  for (const path of ["Dockerfile", "service/main.ts", "service/.hidden", "service/new.ts"]) {
    it(`changes with ${path}`, () => {
      const before = contextHash(folder);
      write(path, "2");
      expect(contextHash(folder)).not.to.equal(before);
    });
  }

  for (const path of ["README.md", "service/test/main.test.ts"]) {
    it(`stays as it is with ${path}, which .dockerignore leaves out`, () => {
      const before = contextHash(folder);
      write(path, "2");
      expect(contextHash(folder)).to.equal(before);
    });
  }

  it("tells a renamed file", () => {
    const before = contextHash(folder);
    rmSync(join(folder, "service/main.ts"));
    write("service/app.ts", "1");
    expect(contextHash(folder)).not.to.equal(before);
  });
});
