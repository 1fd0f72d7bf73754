import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect } from "chai";
import mongoose from "mongoose";
import { openapiDocument } from "../../openapi/openapi-document.ts";
import { validDocument } from "../../resource/document-validator.ts";
import type { JsonObject } from "../../resource/document.ts";
import { mergePatch } from "../../resource/merge-patch.ts";
import { resource } from "../../resource/resource.ts";
import { modelOf } from "../../store/stored-document.ts";
import { everyType } from "../support/every-type.ts";

const things = resource("/things", everyType);
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addSchema(
  JSON.parse(JSON.stringify(openapiDocument("1", [things])).replaceAll('"#/', '"contract#/')) as object,
  "contract",
);
const fits = (name: string, value: unknown) =>
  ajv.validate({ $ref: `contract#/components/schemas/${name}` }, value);

/** Valid and invalid values of each field. */
const values: Record<string, [good: unknown[], bad: unknown[]]> = {
  kind: [
    ["a", null],
    ["c", 1],
  ],
  code: [["12", "", null], ["1x"]],
  name: [
    ["ab", "abcd"],
    ["a", "abcde", ""],
  ],
  pages: [
    [1, 9, 1.5],
    [0, 10, "1", true],
  ],
  small: [
    [-1, 2 ** 31 - 1],
    [1.5, 2 ** 31],
  ],
  rate: [[1.5, 0], ["1"]],
  done: [
    [true, null],
    ["true", 1],
  ],
  when: [
    ["2026-01-31", "2026-01-31T10:00:00.5+01:00", null],
    ["31.1.2026", "2026-13-01", 5],
  ],
  owner: [
    ["6b0b16777643e932324c69a9", null],
    ["6b0b", 5],
  ],
  tags: [
    [[], ["a"]],
    ["a", [1]],
  ],
  parts: [
    [[], [{}], [{ n: 1 }]],
    [[{ n: "1" }], [{ m: 1 }], [1], {}],
  ],
  counts: [
    [{}, { a: 1 }, null],
    [{ a: "1" }, [], 1],
  ],
  place: [
    [{}, { city: "Rome" }],
    [{ city: 1 }, { zip: 1 }, 1, []],
  ],
  maker: [
    [{ name: "M" }, null],
    [{}, { name: "" }, { name: "M", x: 1 }, 1],
  ],
  any: [[1, "a", null, { a: [1] }], []],
  nope: [[], [1, {}]],
};

describe("the JSON Schema of a Mongoose schema", () => {
  const model = modelOf(mongoose.createConnection(), things);
  const isValid = (sent: JsonObject) =>
    validDocument(model, sent).then(
      () => true,
      () => false,
    );

  for (const [field, [good, bad]] of Object.entries(values)) {
    it(`accepts the same values of \`${field}\` as the validator`, async () => {
      for (const [expected, list] of [
        [true, good],
        [false, bad],
      ] as const) {
        for (const value of list) {
          const what = JSON.stringify(value);
          const sent = { title: "T", [field]: value };
          expect(await isValid(sent), `validator: ${what}`).to.equal(expected);
          expect(fits("NewThing", sent), `schema: ${what}`).to.equal(expected);
          expect(fits("ThingPatch", { [field]: value }), `patch: ${what}`).to.equal(
            expected || isPatch(field, value),
          );
        }
      }
    });
  }

  /** A patch may contain only parts of an object. */
  const isPatch = (field: string, value: unknown) => field === "maker" && JSON.stringify(value) === "{}";

  it("requires fields without a default", async () => {
    expect(fits("NewThing", {})).to.equal(false);
    expect(fits("NewThing", { title: "" })).to.equal(false);
    expect(fits("NewThing", { title: "T" })).to.equal(true);
    expect(await isValid({ title: "T" })).to.equal(true);
  });

  it("lets a patch delete any field, also an unknown one", async () => {
    for (const patch of [{ nope: null }, { pages: null, place: null }, { place: { city: null } }, {}]) {
      expect(fits("ThingPatch", patch), JSON.stringify(patch)).to.equal(true);
      expect(await isValid(mergePatch({ title: "T", pages: 1, place: { city: "Rome" } }, patch))).to.equal(
        true,
      );
    }
  });

  it("describes stored documents", async () => {
    const sent = { title: "T", when: "2026-01-31", parts: [{ n: 1 }], counts: { a: 1 }, rate: 2 };
    const stored = {
      _id: "6b0b16777643e932324c69a9",
      createdAt: new Date(),
      ...(await validDocument(model, sent)),
    };
    const read = JSON.parse(JSON.stringify(stored)) as JsonObject;
    expect(fits("StoredThing", read), ajv.errorsText()).to.equal(true);
    expect(fits("StoredThing", { ...read, pages: "1" })).to.equal(false);
    // A client may also send back a document that it read.
    const { _id, createdAt, ...own } = read;
    expect(fits("NewThing", own), `${String(_id)} ${String(createdAt)}`).to.equal(true);
    expect(await isValid(own)).to.equal(true);
  });
});
