import { expect } from "chai";
import { versionOf } from "../../mongodb/mongodb-version.ts";

describe("versionOf", () => {
  for (const [image, version] of [
    ["mongo:8.0", { major: 8, minor: 0 }],
    ["mongo:7.0.14-jammy", { major: 7, minor: 0 }],
    ["mirror.example:5000/library/mongo:8.2@sha256:12", { major: 8, minor: 2 }],
    ["mongo:8", { major: 8 }],
    ["mongo:8-noble", { major: 8 }],
    ["mongo@sha256:80", undefined],
    ["own/mongodb:1.4", undefined],
    ["127.0.0.1:5000/own", undefined],
  ] as const) {
    it(`is ${JSON.stringify(version)} of ${image}`, () => {
      expect(versionOf(image)).to.deep.equal(version);
    });
  }
});
