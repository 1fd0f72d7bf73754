import { expect } from "chai";
import { jsonInit, startService, type TestService } from "../support/test-service.ts";
import { expectProblem } from "../support/expect-problem.ts";

type Stored = Record<string, unknown> & { _id: string; createdAt: string };

describe("/data", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  beforeEach(() => service.clear());
  after(() => service.close());

  const add = async (value: unknown) => (await (await service.post(value)).json()) as Stored;
  const list = async (query = "") => (await (await service.request(`/data${query}`)).json()) as Stored[];

  describe("POST", () => {
    it("answers 201 with the stored document and its Location", async () => {
      const response = await service.post({ name: "Ada" });
      const document = (await response.json()) as Stored;
      expect(response.status).to.equal(201);
      expect(response.headers.get("Location")).to.equal(`/data/${document._id}`);
      expect(Date.parse(document.createdAt)).to.be.closeTo(Date.now(), 5000);
      expect(document).to.deep.include({ name: "Ada" });
    });

    it("returns values unchanged", async () => {
      const value = {
        text: "Ünïcode 🎉 \u0000 <script>",
        numbers: [0, -1, 1.5, 1e21, 2 ** 53, 5e-324, 2147483648],
        nothing: null,
        empty: { object: {}, array: [], string: "", "": 0 },
        nested: { list: [{ a: [true, false] }] },
        length: 3,
        save: 1,
        errors: { isNew: true, toJSON: "x", constructor: "y" },
        __v: 7,
        id: "own",
      };
      const { _id, createdAt } = await add(value);
      const found: unknown = await (await service.request(`/data/${_id}`)).json();
      expect(found).to.deep.equal({ _id, createdAt, ...value });
    });

    const rejected: [string, string, number, string][] = [
      ["broken JSON", "{", 400, "invalid_json"],
      ["an empty body", "", 400, "invalid_json"],
      ["two byte order marks", '\uFEFF\uFEFF{"a":1}', 400, "invalid_json"],
      ["an array", "[]", 422, "not_an_object"],
      ["null", "null", 422, "not_an_object"],
      ["a string", '"a"', 422, "not_an_object"],
      ["a key that starts with $", '{"$where":"1"}', 422, "invalid_key"],
      ["a nested key that starts with $", '{"a":[{"$gt":1}]}', 422, "invalid_key"],
      ["a key with a dot", '{"a.b":1}', 422, "invalid_key"],
      ["a key with NUL", '{"a\\u0000b":1}', 422, "invalid_key"],
      ["__proto__", '{"__proto__":{"a":1}}', 422, "invalid_key"],
      ["__proto__ in escapes", '{"a":{"\\u005f_proto__":1}}', 422, "invalid_key"],
      ["a nested key with a dot", '{"a":[{"b.c":1}]}', 422, "invalid_key"],
      ["a duplicate key", '{"a":1,"b":2,"a":3}', 422, "duplicate_key"],
      ["a nested duplicate key", '{"a":[{"b":{"c":1,"c":1}}]}', 422, "duplicate_key"],
      ["a duplicate key in escapes", '{"a":1,"\\u0061" :2}', 422, "duplicate_key"],
      ["a duplicate key before a number that becomes longer", '{"a":1,"a":1e8}', 422, "duplicate_key"],
      ["a duplicate key before many spaces", `{"a":1,"a":1${" ".repeat(9)}}`, 422, "duplicate_key"],
      ["_bsontype", '{"a":{"_bsontype":"ObjectId"}}', 422, "invalid_key"],
      ["_id", '{"_id":"1"}', 422, "reserved_key"],
      ["createdAt", '{"createdAt":0}', 422, "reserved_key"],
      ["_revision", '{"_revision":0}', 422, "reserved_key"],
      ["a number over the double range", '{"a":1e999}', 422, "number_not_exact"],
      ["a number of 90,000 digits", `{"a":${"9".repeat(90_000)}}`, 422, "number_not_exact"],
      ["a negative number over the double range", '{"a":-1e999}', 422, "number_not_exact"],
      ["a number over the double range with a small exponent", '{"a":9E999}', 422, "number_not_exact"],
      ["NaN", '{"a":NaN}', 400, "invalid_json"],
      ["two values", "{}{}", 400, "invalid_json"],
      ["arrays 50,000 deep that never end", "[".repeat(50_000), 400, "invalid_json"],
      ["an integer that a double rounds", '{"a":9007199254740993}', 422, "number_not_exact"],
      ["an unpaired surrogate", '{"a":"\\ud800"}', 422, "invalid_unicode"],
      ["objects 33 deep", nested(33), 422, "too_deep"],
      ["arrays 20,000 deep", `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, 422, "too_deep"],
    ];
    for (const [what, body, status, code] of rejected) {
      it(`answers ${status} ${code} to ${what} and stores nothing`, async () => {
        await expectProblem(await service.request("/data", jsonInit(body)), status, code);
        expect(await list()).to.deep.equal([]);
      });
    }

    it("accepts a byte order mark before the document", async () => {
      const response = await service.request("/data", jsonInit('\uFEFF{"a":1}'));
      expect(response.status).to.equal(201);
      expect(await list()).to.have.length(1);
    });

    for (const charset of ["utf8", "UTF8", "Utf-8", '"utf8"', '"UTF-8"']) {
      it(`accepts charset=${charset}`, async () => {
        const type = `application/json; charset=${charset}`;
        const body = new TextEncoder().encode('{"a":"ü"}');
        expect((await service.request("/data", jsonInit(body, type))).status).to.equal(201);
        expect((await list())[0]).to.include({ a: "ü" });
      });
    }

    it("accepts text that looks like a duplicate key", async () => {
      for (const text of ['"a":1,"a":2', '\\"a\\":', "\\", ":", '"', '\\":']) {
        expect(await add({ a: text, [text.replaceAll(".", "")]: { a: [text] } })).to.include({ a: text });
      }
    });

    it("accepts objects 32 deep", async () => {
      expect((await service.request("/data", jsonInit(nested(32)))).status).to.equal(201);
    });

    it("accepts 100 KiB, and answers 413 to one byte more", async () => {
      const body = (bytes: number) => JSON.stringify({ a: "x".repeat(bytes - '{"a":""}'.length) });
      expect((await service.request("/data", jsonInit(body(100 * 1024)))).status).to.equal(201);
      const response = await service.request("/data", jsonInit(body(100 * 1024 + 1)));
      await expectProblem(response, 413, "body_too_large");
    });

    it("answers 413 to a chunked body over the limit", async () => {
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(" ".repeat(64 * 1024)));
        },
      });
      const init = { ...jsonInit(""), body, duplex: "half" };
      await expectProblem(await service.request("/data", init as RequestInit), 413, "body_too_large");
    });

    it("answers 400 to bytes that are not UTF-8", async () => {
      const bytes = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
      await expectProblem(await service.request("/data", jsonInit(bytes)), 400, "invalid_utf8");
    });

    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=latin1",
      "",
    ]) {
      it(`answers 415 to the content type "${type}"`, async () => {
        const response = await service.request("/data", jsonInit(new TextEncoder().encode("{}"), type));
        await expectProblem(response, 415, "unsupported_media_type");
      });
    }

    it("answers 415 to a compressed body", async () => {
      const headers = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
      const response = await service.request("/data", { method: "POST", body: "{}", headers });
      await expectProblem(response, 415, "unsupported_media_type");
    });
  });

  describe("GET", () => {
    it("lists newest first", async () => {
      for (const n of [1, 2, 3]) await add({ n });
      expect((await list()).map(({ n }) => n)).to.deep.equal([3, 2, 1]);
    });

    it("returns 20 documents by default", async () => {
      await Promise.all(Array.from({ length: 21 }, (_, n) => add({ n })));
      expect(await list()).to.have.length(20);
    });

    it("returns every document exactly once by its next links", async () => {
      const added = await Promise.all(Array.from({ length: 7 }, (_, n) => add({ n })));
      const seen: string[] = [];
      let path: string | undefined = "/data?limit=3";
      while (path !== undefined) {
        const response: Response = await service.request(path);
        seen.push(...((await response.json()) as Stored[]).map(({ _id }) => _id));
        path = nextOf(response);
      }
      expect(seen)
        .to.have.members(added.map(({ _id }) => _id))
        .and.have.length(7);
    });

    it("continues when the documents of a page have been deleted meanwhile", async () => {
      for (let n = 0; n < 7; n++) await add({ n });
      const seen: unknown[] = [];
      let path: string | undefined = "/data?limit=3";
      while (path !== undefined) {
        const response: Response = await service.request(path);
        const page = (await response.json()) as Stored[];
        seen.push(...page.map(({ n }) => n));
        path = nextOf(response);
        for (const { _id } of page) await service.request(`/data/${_id}`, { method: "DELETE" });
      }
      expect(seen).to.deep.equal([6, 5, 4, 3, 2, 1, 0]);
    });

    it("returns a cursor that other pods and later releases accept", async () => {
      await add({ n: 1 });
      const { _id, createdAt } = await add({ n: 2 });
      const time = Date.parse(createdAt).toString(16).padStart(12, "0");
      const key = Buffer.from(time + _id, "hex").toString("base64url");
      const next = nextOf(await service.request("/data?limit=1"));
      expect(next).to.equal(`/data?limit=1&after=v1.${key}`);
    });

    it("accepts every cursor in the contract's format", async () => {
      await add({ n: 1 });
      expect(await list(`?after=v1.${"A".repeat(24)}`)).to.deep.equal([]);
      expect(await list(`?after=v1.${"_".repeat(24)}`)).to.have.length(1);
    });

    it("ends a page of large documents early, with a next link", async () => {
      const text = "x".repeat(100 * 1024 - 20);
      for (let n = 0; n < 15; n++) await add({ text });
      const response = await service.request("/data?limit=15");
      expect(await response.json()).to.have.length(11);
      const next = nextOf(response);
      expect(await (await service.request(next ?? "/")).json()).to.have.length(4);
    });

    it("has no next link on the last page", async () => {
      await add({ n: 1 });
      expect((await service.request("/data?limit=1")).headers.get("Link")).to.equal(null);
    });

    const queries: [string, string][] = [
      ...["0", "101", "-1", "1.5", "abc", "", "1&limit=2", "1e1"].map((limit): [string, string] => [
        `limit=${limit}`,
        "invalid_limit",
      ]),
      ...[
        "abc",
        "",
        "ffffffffffffffffffffffff",
        "twelve bytes",
        "a&after=b",
        `v2.${"A".repeat(24)}`,
        `v1.${"A".repeat(23)}`,
        `v1.${"A".repeat(25)}`,
        `v1.${"+".repeat(24)}`,
        `v1.${"A".repeat(24)}&after=v1.${"A".repeat(24)}`,
      ].map((after): [string, string] => [`after=${after}`, "invalid_cursor"]),
    ];
    for (const [query, code] of queries) {
      it(`answers 400 ${code} to ?${query}`, async () => {
        await expectProblem(await service.request(`/data?${query}`), 400, code);
      });
    }
  });

  describe("/:id", () => {
    it("GET answers 200 with the document", async () => {
      const document = await add({ name: "Ada" });
      const response = await service.request(`/data/${document._id}`);
      expect(response.status).to.equal(200);
      expect(await response.json()).to.deep.equal(document);
    });

    it("DELETE answers 204, then 404", async () => {
      const { _id } = await add({});
      const response = await service.request(`/data/${_id}`, { method: "DELETE" });
      expect(response.status).to.equal(204);
      expect(await response.text()).to.equal("");
      await expectProblem(
        await service.request(`/data/${_id}`, { method: "DELETE" }),
        404,
        "document_not_found",
      );
    });

    for (const id of [
      "ffffffffffffffffffffffff",
      "abc",
      "twelve bytes",
      "%00",
      "%E0%A4%A",
      "..%2f..%2fetc",
      "..%5c..%5cetc",
      "%c0%ae%c0%ae%c0%af",
      "%252e%252e",
      "abc;a=b",
      "%ff",
      "[$ne]=1",
      "\u{1F389}",
    ]) {
      it(`answers 404 to the id ${id}`, async () => {
        await expectProblem(await service.request(`/data/${id}`), 404, "document_not_found");
      });
    }
  });

  it("answers 405 with Allow to other methods", async () => {
    const collection = await service.request("/data", { method: "PUT" });
    await expectProblem(collection, 405, "method_not_allowed");
    expect(collection.headers.get("Allow")?.split(", ")).to.have.members(["HEAD", "GET", "POST"]);
    const one = await service.request("/data/abc", { method: "PURGE" });
    const detail = "/data/abc does not support PURGE: use a method of the `Allow` header.";
    await expectProblem(one, 405, "method_not_allowed", detail);
    expect(one.headers.get("Allow")?.split(", ")).to.have.members(["HEAD", "GET", "PUT", "PATCH", "DELETE"]);
  });
});

/** Path of the next page. */
function nextOf(response: Response): string | undefined {
  return /^<(.+)>; rel="next"$/.exec(response.headers.get("Link") ?? "")?.[1];
}

/** JSON text of `depth` nested objects. */
function nested(depth: number): string {
  return `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
}
