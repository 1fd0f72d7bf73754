import { expect } from "chai";
import { markdownBlocks } from "../../prose/markdown-blocks.ts";

const texts = (markdown: string) => markdownBlocks(markdown).map(({ text }) => text);

describe("markdownBlocks", () => {
  it("has headings, paragraphs, list items and quotations, with their lines", () => {
    const page =
      "# Title\n\nOne\nparagraph.\n\n- An item\n  of two lines\n- another\n\n1. first\n\n> quoted\n";
    expect(markdownBlocks(page)).to.deep.equal([
      { line: 1, text: "Title" },
      { line: 3, text: "One paragraph." },
      { line: 6, text: "An item of two lines" },
      { line: 8, text: "another" },
      { line: 10, text: "first" },
      { line: 12, text: "quoted" },
    ]);
  });

  it("has the phrases of a table's cells, and not its rule", () => {
    const table = "| key | what |\n| --- | --- |\n| `a\\|b` | sets it; reads it |\n";
    expect(texts(table)).to.deep.equal(["key", "what", "Code", "sets it", "reads it"]);
  });

  it("leaves out code blocks and comments", () => {
    const page = "Before.\n\n```sh\nmend it\n```\n\n    mend it\n\n<!-- mend\nit -->\nAfter.\n";
    expect(markdownBlocks(page)).to.deep.equal([
      { line: 1, text: "Before." },
      { line: 11, text: "After." },
    ]);
  });

  it("has code, file names and addresses as one word, and links by their text", () => {
    expect(
      texts("Run `npm run up`, see [the page](x.md) and [a.md](a.md) at <https://a.example/b c>."),
    ).to.deep.equal(["Run Code, see the page and Code at Code."]);
    expect(texts("The connection is **not encrypted**, and _plain_.")).to.deep.equal([
      "The connection is not encrypted, and plain.",
    ]);
  });
});
