import { mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { hasImage, isMissing } from "../../image/image-presence.ts";
import { installMinikube, restorePath } from "../support/fake-minikube.ts";

describe("an image in a Docker daemon", () => {
  let folder: string;
  let server: Server;
  let asked: (string | undefined)[];
  const host = () => `unix://${join(folder, "docker.sock")}`;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-docker-"));
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url);
      response.statusCode = request.url?.includes("gone") === true ? 404 : 200;
      response.end("{}");
    }).listen(join(folder, "docker.sock"));
    await once(server, "listening");
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is true for an image that the daemon has", async () => {
    expect(await hasImage({ host: host() }, "app:1")).to.equal(true);
    expect(asked).to.deep.equal(["/images/app%3A1/json"]);
  });

  it("is false for an image that is gone", async () => {
    expect(await hasImage({ host: host() }, "gone:1")).to.equal(false);
  });

  it("is unknown when no daemon answers", async () => {
    server.close();
    expect(await hasImage({ host: "unix:///nonexistent/docker.sock" }, "app:1")).to.equal(undefined);
  });

  it("is unknown for a daemon behind SSH", async () => {
    expect(await hasImage({ host: "ssh://ada@example.com" }, "app:1")).to.equal(undefined);
    expect(asked).to.deep.equal([]);
  });

  it("is missing if the daemon does not have it", async () => {
    expect(await isMissing("gone:1", { host: host() })).to.equal(true);
    expect(await isMissing("app:1", { host: host() })).to.equal(false);
  });

  it("is not missing when no daemon answers", async () => {
    expect(await isMissing("gone:1", { host: "unix:///nonexistent/docker.sock" })).to.equal(false);
    expect(await isMissing("gone:1", { host: "ssh://ada@example.com" })).to.equal(false);
  });

  describe("of nodes that it was loaded into", () => {
    const loadedInto = { profile: "two", nodes: ["two", "two-m02"] };
    afterEach(restorePath);
    const onNodes = async (script: string) => {
      installMinikube(script);
      return await isMissing("app:1", { host: host() }, loadedInto);
    };

    it("is missing if one node does not have it", async () => {
      expect(
        await onNodes(`case "$*" in
          *"--node two-m02 -- sudo crictl inspecti -q app:1") echo 'no such image "app:1" present' >&2; exit 1 ;;
        esac`),
      ).to.equal(true);
    });

    it("is not missing if every node has it, or does not answer", async () => {
      expect(await onNodes("exit 0")).to.equal(false);
      expect(await onNodes("echo 'connection refused' >&2; exit 1")).to.equal(false);
    });
  });
});
