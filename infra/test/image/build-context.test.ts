import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { copyContext } from "../../image/build-context.ts";

const files = [
  { path: "Dockerfile", content: "FROM scratch\n" },
  { path: "service/data/main.ts", content: "1" },
];

describe("copyContext", () => {
  const home = process.cwd();
  let folder: string;
  /** Creates a checkout at another path, and changes to its folder `infra`. */
  const checkout = (name: string) => {
    const path = join(folder, name);
    mkdirSync(join(path, "infra"), { recursive: true });
    process.chdir(join(path, "infra"));
    return path;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-copy-"));
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  it("is at the same path from the program in every checkout", () => {
    const first = copyContext(checkout("first"), files);
    expect(first).to.match(/^\.\.\/node_modules\/\.cache\/koa-mongo-stack\/context-[0-9a-f]{16}$/);
    expect(copyContext(checkout("a/second"), files)).to.equal(first);
  });

  it("has the files with the same modes, whatever the umask", () => {
    const modes = [0o077, 0o022, 0o002].map((umask) => {
      const before = process.umask(umask);
      const copy = copyContext(checkout(`umask-${umask}`), files);
      process.umask(before);
      expect(readFileSync(join(copy, "service/data/main.ts"), "utf8")).to.equal("1");
      const paths = ["Dockerfile", "service", "service/data", "service/data/main.ts", "."];
      return paths.map((path) => (statSync(join(copy, path)).mode & 0o777).toString(8));
    });
    expect(modes).to.deep.equal(Array(3).fill(["644", "755", "755", "644", "755"]));
  });

  it("is another one for other files, and deletes those that are older than a day", () => {
    const context = checkout("first");
    const [old, recent] = ["1", "2"].map((content) =>
      copyContext(context, [{ path: "Dockerfile", content }]),
    );
    utimesSync(old ?? "", new Date(0), new Date(0));
    const copy = copyContext(context, files);
    const left = readdirSync(join(copy, "..")).map(
      (name) => `../node_modules/.cache/koa-mongo-stack/${name}`,
    );
    expect(left).to.have.members([recent, copy]);
  });

  it("leaves a copy that is there as it is", () => {
    const context = checkout("first");
    const copy = copyContext(context, files);
    chmodSync(join(copy, "Dockerfile"), 0o600);
    expect(copyContext(context, files)).to.equal(copy);
    expect(statSync(join(copy, "Dockerfile")).mode & 0o777).to.equal(0o600);
  });
});
