import { expect } from "chai";
import { readableLine } from "../../logs/readable-line.ts";

const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
const line = (fields: object) => JSON.stringify({ level: 30, time: at, pod: "web-1", ...fields });

describe("readableLine", () => {
  it("shows a request by what it asked and got", () => {
    const request = { msg: "request", requestId: "7f", method: "GET", path: "/data", status: 200, ms: 1.2 };
    expect(readableLine(line(request))).to.equal("[03:04:05] INFO: GET /data 200 1.2 ms");
  });

  it("shows another message with its fields", () => {
    expect(readableLine(line({ msg: "stopped", inTime: true }))).to.equal(
      '[03:04:05] INFO: stopped {"inTime":true}',
    );
  });

  it("shows where an error came from", () => {
    const err = { type: "Error", message: "no", stack: "Error: no\n    at main" };
    expect(readableLine(line({ level: 50, msg: "failed", err }))).to.equal(
      "[03:04:05] ERROR: failed \n    err: Error: no\n        at main",
    );
  });

  it("shows no more of a warning's error than what it says", () => {
    const err = { type: "Error", message: "connect ECONNREFUSED", stack: "Error: no\n    at main" };
    expect(readableLine(line({ level: 40, msg: "not yet", err }))).to.equal(
      "[03:04:05] WARN: not yet \n    err: connect ECONNREFUSED",
    );
  });

  for (const other of ["a line of text", "", "null", "{", '{"level":"x"}', "[1]"]) {
    it(`leaves ${JSON.stringify(other)} as it is`, () => {
      expect(readableLine(other)).to.equal(other);
    });
  }
});
