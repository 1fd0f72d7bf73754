import { expect } from "chai";
import { isOlder, versionOf } from "../../mongodb/mongodb-version.ts";

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

describe("isOlder", () => {
  for (const [one, two, expected] of [
    ["mongo:7.0", "mongo:8.0", true],
    ["mongo:7", "mongo:8", true],
    ["mongo:8.2", "mongo:8.10", true],
    ["mongo:8.0.1", "mongo:8.0.2", false],
    ["mongo:8.0", "mongo:7.0", false],
    // These tags don't contain the minor version.
    ["mongo:8", "mongo:8.2", false],
    ["mongo:8.0", "mongo:8", false],
  ] as const) {
    it(`is ${expected} of ${one} and ${two}`, () => {
      const [version, other] = [versionOf(one), versionOf(two)];
      expect(version && other && isOlder(version, other)).to.equal(expected);
    });
  }
});
