import { expect } from "chai";
import { renderPage } from "../../page/view.ts";

describe("renderPage", () => {
  const page = (text: string) =>
    renderPage({
      time: new Date(0),
      podName: text,
      mongodb: text,
      documents: [{ _id: text, createdAt: new Date(0), [text]: { [text]: [text] } }],
      draft: text,
      error: text,
    });
  /** What makes markup of text. */
  const markup = (html: string) => html.replace(/[^<>"']/g, "");

  for (const text of [
    "</pre></li><script>alert(1)</script>",
    `'"><img src=x onerror=alert(1)>`,
    `" autofocus onfocus="alert(1)`,
    "' onmouseover='alert(1)",
    "<!--",
    "</title></style><svg onload=alert(1)>",
    "&lt;b&gt;",
    "\u2028<\u0000script>",
  ]) {
    it(`shows ${JSON.stringify(text)} as text, wherever a value goes`, () => {
      expect(markup(page(text))).to.equal(markup(page("text")));
    });
  }

  it("shows what looks escaped as it is", () => {
    expect(page("&lt;b&gt;")).to.include("&amp;lt;b&amp;gt;");
  });
});
