import { expect } from "chai";
import { assumeWidth } from "../../terminal/terminal-width.ts";

describe("assumeWidth", () => {
  for (const [columns, expected] of [
    [0, 80],
    [132, 132],
    [undefined, undefined],
  ] as const) {
    it(`changes ${columns} columns to ${expected}`, () => {
      const terminal = columns === undefined ? {} : { columns };
      assumeWidth(terminal);
      expect(terminal).to.deep.equal(expected === undefined ? {} : { columns: expected });
    });
  }
});
