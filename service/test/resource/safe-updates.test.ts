import { expect } from "chai";
import { startService, type TestService } from "../support/test-service.ts";
import { expectProblem } from "../support/expect-problem.ts";

type Stored = Record<string, unknown> & { _id: string; createdAt: string };

describe("safe updates of /data/:id", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    service.request(path, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const add = async (value: unknown) => {
    const response = await service.post(value);
    const document = (await response.json()) as Stored;
    return { document, path: `/data/${document._id}`, etag: response.headers.get("ETag") ?? "" };
  };
  const read = async (path: string) => (await (await service.request(path)).json()) as Stored;
  const other = `"${"0".repeat(24)}"`;

  it("PUT replaces, and keeps _id and createdAt", async () => {
    const { document, path } = await add({ a: 1, b: 2 });
    const response = await send("PUT", path, { c: 3 });
    expect(response.status).to.equal(200);
    const now = { _id: document._id, createdAt: document.createdAt, c: 3 };
    expect(await response.json()).to.deep.equal(now);
    expect(await read(path)).to.deep.equal(now);
    expect(await (await service.request("/data?limit=1")).json()).to.deep.equal([now]);
  });

  it("PUT accepts a document as it was read, and rejects another _id or createdAt", async () => {
    const { document, path } = await add({ a: 1 });
    expect((await send("PUT", path, { ...document, a: 2 })).status).to.equal(200);
    expect(await read(path)).to.deep.equal({ ...document, a: 2 });
    for (const change of [{ _id: "0".repeat(24) }, { createdAt: null }, { _revision: other }]) {
      await expectProblem(await send("PUT", path, { ...document, ...change }), 422, "reserved_key");
      await expectProblem(await send("PATCH", path, change), 422, "reserved_key");
    }
  });

  it("PATCH merges: null deletes, objects merge, arrays replace", async () => {
    const { document, path } = await add({ a: 1, b: { c: 2, d: 3 }, e: [1, 2], f: null });
    const type = { "Content-Type": "application/merge-patch+json" };
    const response = await send("PATCH", path, { a: null, b: { c: null, x: { y: null } }, e: [3] }, type);
    const { _id, createdAt } = document;
    const now = { _id, createdAt, b: { d: 3, x: {} }, e: [3], f: null };
    expect(await response.json()).to.deep.equal(now);
    expect(await read(path)).to.deep.equal(now);
  });

  it("PATCH answers with the media types that it accepts", async () => {
    const { path } = await add({});
    const response = await send("PATCH", path, {}, { "Content-Type": "application/json-patch+json" });
    expect(response.headers.get("Accept-Patch")).to.equal("application/merge-patch+json, application/json");
    await expectProblem(response, 415, "unsupported_media_type");
  });

  it("PATCH does not pollute prototypes", async () => {
    const { path } = await add({});
    const init = { method: "PATCH", headers: { "Content-Type": "application/json" } };
    const body = '{"a":{"__proto__":{"polluted":1}}}';
    await expectProblem(await service.request(path, { ...init, body }), 422, "invalid_key");
    expect((await send("PATCH", path, { constructor: { prototype: { polluted: 1 } } })).status).to.equal(200);
    expect({}).not.to.have.property("polluted");
  });

  it("PATCH does not let a document grow beyond 100 KiB", async () => {
    const { path } = await add({ a: "x".repeat(90_000) });
    const response = await send("PATCH", path, { b: "x".repeat(90_000) });
    const detail = "The patched document would have 180015 bytes of JSON, and the limit is 102400.";
    await expectProblem(response, 422, "document_too_large", detail);
    expect(await read(path)).not.to.have.property("b");
  });

  it("answers 404 for a missing document, with any conditions", async () => {
    for (const id of ["f".repeat(24), "abc"]) {
      for (const headers of [{}, { "If-Match": "*" }, { "If-None-Match": "*" }]) {
        await expectProblem(await send("PUT", `/data/${id}`, {}, headers), 404, "document_not_found");
        await expectProblem(await send("PATCH", `/data/${id}`, {}, headers), 404, "document_not_found");
        await expectProblem(
          await send("DELETE", `/data/${id}`, undefined, headers),
          404,
          "document_not_found",
        );
      }
    }
  });

  it("has a strong ETag that is the same for all methods, and changes with every write", async () => {
    const { path, etag } = await add({ n: 1 });
    const tags = [etag];
    for (const method of ["PUT", "PATCH", "PUT"]) {
      for (const readMethod of ["GET", "HEAD"]) {
        expect((await service.request(path, { method: readMethod })).headers.get("ETag")).to.equal(
          tags.at(-1),
        );
      }
      tags.push((await send(method, path, { n: 1 })).headers.get("ETag") ?? "");
    }
    expect(new Set(tags).size).to.equal(4);
    for (const tag of tags) expect(tag).to.match(/^"[0-9a-f]{24}"$/);
  });

  it("answers 304 without a body to a client that already has this version", async () => {
    const { path, etag } = await add({ n: 1 });
    for (const method of ["GET", "HEAD"]) {
      for (const known of [etag, `W/${etag}`, `${other}, ${etag}`, "*"]) {
        const response = await service.request(path, { method, headers: { "If-None-Match": known } });
        expect(response.status, known).to.equal(304);
        expect(response.headers.get("ETag")).to.equal(etag);
        expect(await response.text()).to.equal("");
      }
      const changed = await service.request(path, { method, headers: { "If-None-Match": other } });
      expect(changed.status).to.equal(200);
    }
  });

  for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
    const body = method === "GET" || method === "DELETE" ? undefined : { n: 2 };
    it(`${method} with If-Match of another version answers 412 and changes nothing`, async () => {
      const { document, path, etag } = await add({ n: 1 });
      for (const wanted of [other, `W/${etag}`, "abc", ""]) {
        const response = await send(method, path, body, { "If-Match": wanted });
        await expectProblem(response, 412, "precondition_failed");
      }
      if (method !== "GET") {
        const response = await send(method, path, body, { "If-None-Match": `W/${etag}` });
        await expectProblem(response, 412, "precondition_failed");
      }
      expect(await read(path)).to.deep.equal(document);
    });

    it(`${method} with If-Match of this version, of several versions or of any version succeeds`, async () => {
      for (const wanted of [(tag: string) => tag, (tag: string) => `${other} , ${tag}`, () => "*"]) {
        const { path, etag } = await add({ n: 1 });
        const response = await send(method, path, body, { "If-Match": wanted(etag) });
        expect(response.status).to.equal(method === "DELETE" ? 204 : 200);
      }
    });
  }

  it("lets exactly one of two writers with the same If-Match win, in a thousand races", async function () {
    this.timeout(120_000);
    const { path, etag } = await add({ n: 0 });
    let current = etag;
    for (let race = 0; race < 1000; race++) {
      const method = race % 2 === 0 ? "PUT" : "PATCH";
      const answers = await Promise.all(
        ["a", "b"].map((writer) => send(method, path, { race, writer }, { "If-Match": current })),
      );
      expect(answers.map(({ status }) => status)).to.have.members([200, 412]);
      const winner = answers.find(({ status }) => status === 200);
      expect(await read(path)).to.deep.equal(await winner?.json());
      current = winner?.headers.get("ETag") ?? "";
    }
  });

  it("loses none of twenty concurrent PATCHes", async () => {
    const { path } = await add({});
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    const answers = await Promise.all(keys.map((key) => send("PATCH", path, { [key]: 1 })));
    expect(answers.every(({ status }) => status === 200)).to.equal(true);
    expect(await read(path)).to.include.all.keys(keys);
  });
});
