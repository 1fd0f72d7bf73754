import { expect } from "chai";
import mongoose, { Schema, Types } from "mongoose";
import type { Problem } from "../../http/problem.ts";
import { validDocument, type FieldError } from "../../resource/document-validator.ts";
import type { JsonObject } from "../../resource/document.ts";
import { modelOf } from "../../store/stored-document.ts";
import { resource } from "../../resource/resource.ts";
import { resourceSchemas } from "../../openapi/mongoose-json-schema.ts";
import { everyType } from "../support/every-type.ts";

const modelFor = (schema: Schema) => modelOf(mongoose.createConnection(), resource("/things", schema));

describe("validDocument", () => {
  const model = modelFor(everyType);

  async function errorsOf(sent: JsonObject, of = model): Promise<readonly FieldError[]> {
    const problem = await validDocument(of, sent).then(
      () => expect.fail("valid"),
      (error: unknown) => error as Problem,
    );
    expect(problem).to.include({ status: 422, code: "invalid_document" });
    return problem.members.errors as FieldError[];
  }
  const codesOf = async (sent: JsonObject) =>
    Object.fromEntries((await errorsOf(sent)).map(({ path, code }) => [path, code]));

  it("applies defaults and setters, and returns plain BSON values", async () => {
    const owner = "6b0b16777643e932324c69a9";
    const values = await validDocument(model, {
      title: "  T ",
      when: "2026-01-31",
      owner,
      counts: { a: 1 },
      parts: [{ n: 1 }],
      any: { empty: {} },
    });
    expect(values).to.deep.include({ title: "T", kind: "a", tags: [], counts: { a: 1 }, any: { empty: {} } });
    expect(values.when).to.deep.equal(new Date("2026-01-31"));
    expect(values.owner).to.deep.equal(new Types.ObjectId(owner));
    expect(values).not.to.have.any.keys("_id", "createdAt", "__v", "pages");
    expect(Object.getPrototypeOf(values.counts)).to.equal(Object.prototype);
  });

  it("names all invalid fields, nested ones by their path", async () => {
    const wrong = {
      kind: "c",
      pages: 0,
      small: 2 ** 31,
      code: "x",
      when: "2026-02-30",
      done: "true",
      owner: "short",
      tags: ["t", 1],
      counts: { a: "1" },
      parts: [{ n: "1" }, 5, { other: 1 }],
      place: { city: 1, zip: 1 },
      maker: {},
      nope: 1,
    };
    expect(await codesOf(wrong)).to.deep.equal({
      title: "required",
      kind: "enum",
      pages: "min",
      small: "type",
      code: "regexp",
      when: "type",
      done: "type",
      owner: "type",
      "tags.1": "type",
      "counts.a": "type",
      "parts.0.n": "type",
      "parts.1": "type",
      "parts.2.other": "unknown",
      "place.city": "type",
      "place.zip": "unknown",
      "maker.name": "required",
      nope: "unknown",
    });
  });

  it("limits an integer, also in lists and subdocuments, and accepts null", async () => {
    const { Int32, Double } = Schema.Types;
    const servings = { type: Int32, min: 1, max: 50 };
    const nested = new Schema({ n: servings });
    const schema = new Schema({
      servings,
      ratio: { type: Double, max: 1 },
      list: [servings],
      parts: [nested],
    });
    const of = modelFor(schema);
    const codes = async (sent: JsonObject) =>
      (await errorsOf(sent, of)).map(({ path, code }) => [path, code]);
    expect(await codes({ servings: 51, ratio: 1.5, list: [0], parts: [{ n: 0 }] })).to.have.deep.members([
      ["servings", "max"],
      ["ratio", "max"],
      ["list.0", "min"],
      ["parts.0.n", "min"],
    ]);
    expect(await codes({ servings: 1.5 })).to.deep.equal([["servings", "type"]]);
    expect((await validDocument(of, { servings: null, ratio: 1, list: [50] })).servings).to.equal(null);
    const contract = resourceSchemas(resource("/things", schema)).NewThing;
    expect(contract?.properties?.servings).to.deep.include({ minimum: 1, maximum: 50 });
  });

  it("does not cast a number to a string, or a string to a number", async () => {
    expect(await codesOf({ title: 5, pages: "5" })).to.deep.equal({ title: "type", pages: "type" });
  });

  it("runs the schema's own validators and its hooks of `validate`", async () => {
    const schema = new Schema({
      isbn: { type: String, validate: { validator: (v: string) => v !== "1", message: "no {VALUE}\u200b" } },
      end: Number,
    });
    schema.pre("validate", function () {
      if (this.get("end") === 0) this.invalidate("end", "ends too early");
    });
    expect(await errorsOf({ isbn: "1", end: 0 }, modelFor(schema))).to.have.deep.members([
      { path: "isbn", code: "invalid", message: "no 1U+200B" },
      { path: "end", code: "invalid", message: "ends too early" },
    ]);
  });

  it("names at most a hundred fields", async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, 1]));
    expect(await errorsOf(many)).to.have.length(100);
  });

  it("keeps unknown fields of an open schema, and sets `updatedAt` if the schema has timestamps", async () => {
    const open = modelFor(new Schema({ n: Number }, { strict: false, timestamps: true }));
    const values = await validDocument(open, { n: 1, other: { a: 1 }, updatedAt: "2000-01-01" });
    expect(values).to.deep.include({ n: 1, other: { a: 1 } });
    expect(Number(values.updatedAt)).to.be.closeTo(Date.now(), 5000);
    expect((await errorsOf({ n: "1" }, open)).map(({ path }) => path)).to.deep.equal(["n"]);
  });
});
