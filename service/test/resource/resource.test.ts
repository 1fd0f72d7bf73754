import { expect } from "chai";
import { mongo, Schema, type SchemaDefinition } from "mongoose";
import { convertDuplicateError } from "../../resource/duplicate.ts";
import { resource } from "../../resource/resource.ts";

describe("resource", () => {
  it("gets its names from its path", () => {
    const names = ({ name, plural, singular }: ReturnType<typeof resource>) => [name, plural, singular];
    expect(names(resource("/books", new Schema({})))).to.deep.equal(["books", "Books", "Book"]);
    expect(names(resource("/stories", new Schema({})))).to.deep.equal(["stories", "Stories", "Story"]);
    expect(names(resource("/books", new Schema({}, { collection: "library" })))[0]).to.equal("library");
  });

  it("does not change the schema", () => {
    const schema = new Schema({ a: String });
    resource("/things", schema);
    expect(schema.path("createdAt")).to.equal(undefined);
    expect(schema.indexes()).to.deep.equal([]);
  });

  it("is open only if the schema has no fields", () => {
    expect(resource("/things", new Schema({}, { strict: false })).isOpen).to.equal(true);
    expect(resource("/things", new Schema({ a: String }, { strict: false })).isOpen).to.equal(false);
    expect(resource("/things", new Schema({})).isOpen).to.equal(false);
  });

  const hooked = new Schema({ a: String });
  // An anonymous hook, like most hooks.
  hooked.pre("save", () => undefined);
  const hookedChild = new Schema({ a: String });
  hookedChild.post("save", () => undefined);
  const timestamped = new Schema({ a: String }, { timestamps: true });
  timestamped.pre("save", () => undefined);
  const of = (definition: SchemaDefinition) => new Schema(definition);
  const rejected: [string, Schema, string][] = [
    ["a type that JSON can't represent", of({ a: Buffer }), "`a` of type Buffer"],
    ["the same in an array", of({ a: [Schema.Types.Decimal128] }), "`a` of type Decimal128"],
    ["a hidden field", of({ a: { type: String, select: false } }), "`a` with `select: false`"],
    ["a limit that Mongoose ignores", of({ a: { type: [String], maxlength: 3 } }), "`a` with `maxlength`"],
    ["an immutable field", of({ a: { type: String, immutable: true } }), "`a` with `immutable`"],
    ["a server's field", of({ createdAt: Date }), "`createdAt`"],
    ["an id of its own", of({ _id: String }), "`_id` of its own type"],
    ["a hook that would not run", hooked, "a hook of `save`"],
    ["the same in a subdocument", of({ a: [hookedChild] }), "a hook of `save`"],
    ["the same next to Mongoose's own hooks", timestamped, "a hook of `save`"],
    ["options that change answers", new Schema({}, { toJSON: { virtuals: true } }), "`toJSON`"],
    ["renamed timestamps", new Schema({}, { timestamps: { createdAt: "created" } }), "`timestamps`"],
  ];
  for (const [what, schema, reason] of rejected) {
    it(`rejects ${what}, instead of ignoring it`, () => {
      expect(() => resource("/things", schema))
        .to.throw(`The schema of /things has`)
        .with.property("message")
        .that.includes(reason);
    });
  }

  it("accepts timestamps and hooks of `validate`", () => {
    const schema = new Schema({ a: String }, { timestamps: true });
    schema.pre("validate", () => undefined);
    expect(resource("/things", schema).schema.path("updatedAt").instance).to.equal("Date");
  });
});

describe("convertDuplicateError", () => {
  const schema = new Schema({ a: { type: String, unique: true }, b: String, c: String });
  schema.index({ b: 1, c: -1 }, { unique: true });
  schema.index({ c: 1 }, { unique: true, name: "only_c" });
  const error = (index: string) =>
    new mongo.MongoServerError({
      code: 11000,
      message: `E11000 duplicate key error collection: app.things index: ${index} dup key: { a: "1" }`,
    });

  for (const [index, paths] of [
    ["a_1", ["a"]],
    ["b_1_c_-1", ["b", "c"]],
    ["only_c", ["c"]],
    ["made_by_hand", []],
  ] as const) {
    it(`names the fields of ${index}`, () => {
      const errors = paths.map((path) => ({
        path,
        code: "duplicate",
        message: "Another document has this value.",
      }));
      expect(convertDuplicateError(error(index), schema)).to.deep.include({
        status: 409,
        code: "duplicate",
        members: { errors },
      });
    });
  }

  it("returns another error unchanged", () => {
    const other = new mongo.MongoServerError({ code: 1, message: "index: a_1 dup key" });
    expect(convertDuplicateError(other, schema)).to.equal(other);
  });
});
