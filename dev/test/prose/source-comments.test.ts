import { expect } from "chai";
import { sourceComments } from "../../prose/source-comments.ts";

describe("sourceComments", () => {
  const blocks = (source: string) => sourceComments("a.ts", source);

  it("finds line comments, and joins consecutive ones", () => {
    expect(blocks("// One\n// sentence.\nconst a = 1; // After code.\n")).to.deep.equal([
      { line: 1, text: "One sentence." },
      { line: 3, text: "After code." },
    ]);
  });

  it("splits a doc comment into its paragraphs and tags, without the names of parameters", () => {
    const source =
      "/**\n * Reads.\n *\n * Twice.\n * @param size how many\n * @throws {Error} no file\n */\nfunction read(size: number) {}";
    expect(blocks(source).map(({ text }) => text)).to.deep.equal([
      "Reads.",
      "Twice.",
      "how many",
      "{Error} no file",
    ]);
  });

  it("counts code and links as one word, and leaves out directives and strings", () => {
    const source =
      '// eslint-disable-next-line no-console\nconst url = "https://a.example // no comment"; // See `a // b` and {@link Foo}.';
    expect(blocks(source)).to.deep.equal([{ line: 2, text: "See Code and Code." }]);
  });
});
