import { expect } from "chai";
import { expectProblem } from "../support/expect-problem.ts";
import { jsonInit, startService, type TestService } from "../support/test-service.ts";

type Stored = Record<string, unknown> & { _id: string; createdAt: string };

describe("/books, a resource with a schema", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
    await service.connection.model("books").createIndexes();
  });
  beforeEach(() => service.clear());
  after(() => service.close());

  const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    service.request(path, {
      method,
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...headers },
    });
  const post = (value: unknown) => service.request("/books", jsonInit(JSON.stringify(value)));
  const book = { title: "Sketch of the Analytical Engine", author: "Luigi Menabrea" };
  const add = async (value: unknown = book) => {
    const response = await post(value);
    expect(response.status).to.equal(201);
    return { path: response.headers.get("Location") ?? "", stored: (await response.json()) as Stored };
  };
  const read = async (path: string) => await (await service.request(path)).json();

  it("stores a book with defaults and types, and returns the same book later", async () => {
    const { path, stored } = await add({ ...book, title: " T ", published: "1842-10-01" });
    expect(path).to.equal(`/books/${stored._id}`);
    const { _id, createdAt } = stored;
    const expected = {
      _id,
      createdAt,
      ...book,
      title: "T",
      published: "1842-10-01T00:00:00.000Z",
      binding: "paperback",
      subjects: [],
    };
    expect(stored).to.deep.equal(expected);
    expect(await read(path)).to.deep.equal(expected);
    expect(await read("/books")).to.deep.equal([expected]);
    expect(await read("/data")).to.deep.equal([]);
    const raw = await service.connection.collection("books").findOne({});
    expect(raw?.published).to.be.an.instanceOf(Date);
    expect((await service.request(path, { method: "DELETE" })).status).to.equal(204);
  });

  it("answers 422 with all invalid fields", async () => {
    const response = await post({
      title: " ",
      pages: 0,
      binding: "clay\u200b",
      subjects: ["a", 1],
      colour: "red",
    });
    const { errors } = (await response.clone().json()) as {
      errors: { path: string; code: string; message: string }[];
    };
    await expectProblem(response, 422, "invalid_document");
    expect(errors.map(({ path, code }) => `${path} ${code}`)).to.have.members([
      "title required",
      "author required",
      "pages min",
      "binding enum",
      "subjects.1 type",
      "colour unknown",
    ]);
    expect(errors.find(({ path }) => path === "binding")?.message).to.include("clayU+200B");
    expect(await read("/books")).to.deep.equal([]);
  });

  it("validates the document that results from a PATCH", async () => {
    const { path, stored } = await add({ ...book, pages: 10, published: "1842-10-01" });
    await expectProblem(await send("PATCH", path, { author: null }), 422, "invalid_document");
    await expectProblem(await send("PATCH", path, { pages: "11" }), 422, "invalid_document");
    await expectProblem(await send("PATCH", path, { colour: "red" }), 422, "invalid_document");
    expect(await read(path)).to.deep.equal(stored);
    const { pages, ...others } = stored;
    expect(pages).to.equal(10);
    const response = await send("PATCH", path, { pages: null, binding: "hardcover" });
    expect(await response.json()).to.deep.equal({ ...others, binding: "hardcover" });
    expect((await service.connection.collection("books").findOne({}))?.published).to.be.an.instanceOf(Date);
  });

  it("validates a PUT, which may repeat the server's fields", async () => {
    const { path, stored } = await add({ ...book, isbn: "9780306406157" });
    await expectProblem(await send("PUT", path, { title: "T" }), 422, "invalid_document");
    await expectProblem(await send("PUT", path, { ...stored, _id: "0".repeat(24) }), 422, "reserved_key");
    const response = await send("PUT", path, { ...stored, title: "T" });
    expect(await response.json()).to.deep.equal({ ...stored, title: "T" });
    expect(await read(path)).to.deep.equal({ ...stored, title: "T" });
  });

  it("answers 412 to an old tag", async () => {
    const { path } = await add();
    const headers = { "If-Match": `"${"0".repeat(24)}"` };
    await expectProblem(await send("PATCH", path, { pages: 1 }, headers), 412, "precondition_failed");
  });

  it("answers 409 to a duplicate, alone and in a group, and stores the others of the group", async () => {
    await add({ ...book, isbn: "9780306406157" });
    const { path } = await add();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => post({ ...book, isbn: String(9780306406150 + i) })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses).to.deep.equal(statuses.map((_, i) => (i === 7 ? 409 : 201)));
    for (const response of [answers[7], await send("PATCH", path, { isbn: "9780306406157" })]) {
      if (response === undefined) expect.fail("no answer");
      const { errors } = (await response.clone().json()) as { errors: unknown };
      await expectProblem(response, 409, "duplicate");
      expect(errors).to.deep.equal([
        { path: "isbn", code: "duplicate", message: "Another document has this value." },
      ]);
    }
  });

  it("stores concurrent documents, and returns all of them page by page", async () => {
    const found: string[] = [];
    const titles = Array.from({ length: 30 }, (_, i) => `T${i}`);
    await Promise.all(titles.map((title) => add({ ...book, title })));
    let next: string | undefined = "/books?limit=7";
    while (next !== undefined) {
      const response: Response = await service.request(next);
      const page = (await response.json()) as { title: string }[];
      found.push(...page.map(({ title }) => title));
      next = /<(.+)>/.exec(response.headers.get("Link") ?? "")?.[1];
    }
    expect(found).to.have.members(titles);
  });
});
