import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { renderPage } from "../../page/page-view.ts";

const assets = join(import.meta.dirname, "../../page/assets");

describe("renderPage", () => {
  const page = (text: string) =>
    renderPage({
      time: new Date(0),
      podName: text,
      uptimeSeconds: 0,
      version: text,
      pods: undefined,
      mongodb: { version: text, roundTripMs: 0 },
      documents: [{ _id: text, createdAt: new Date(0), [text]: { [text]: [text] } }],
      draft: text,
      error: text,
    });
  /** Keeps only the characters that turn text into markup. */
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
    it(`shows ${JSON.stringify(text)} as text, for every value of the page`, () => {
      expect(markup(page(text))).to.equal(markup(page("text")));
    });
  }

  it("has less than 50 KB with its assets, for any documents", () => {
    const worst = { _id: "0".repeat(24), createdAt: new Date(0), message: '"'.repeat(100_000) };
    const documents = Array.from({ length: 10 }, () => worst);
    const about = {
      podName: "web",
      uptimeSeconds: 0,
      version: "1",
      pods: 2,
      mongodb: { version: "8", roundTripMs: 1 },
    };
    const html = renderPage({ time: new Date(0), ...about, documents });
    const files = readdirSync(assets).map((name) => statSync(join(assets, name)).size);
    const bytes = files.reduce((sum, size) => sum + size, Buffer.byteLength(html));
    expect(bytes).to.be.within(30_000, 50_000);
  });

  it("splits no surrogate pair", () => {
    const message = `${"x".repeat(499)}😀`;
    const html = page(message);
    expect(html.isWellFormed()).to.equal(true);
  });

  const uptimes: [number, string][] = [
    [0.4, "0 s"],
    [59.9, "59 s"],
    [3600, "1 h"],
    [90_061, "1 d 1 h"],
  ];
  for (const [uptimeSeconds, text] of uptimes) {
    it(`shows ${text} for ${uptimeSeconds} seconds`, () => {
      const about = {
        podName: "web",
        uptimeSeconds,
        version: "1",
        pods: undefined,
        mongodb: undefined,
        documents: [],
      };
      expect(renderPage({ time: new Date(0), ...about })).to.include(`up ${text}, version 1`);
    });
  }

  it("escapes text that looks escaped", () => {
    expect(page("&lt;b&gt;")).to.include("&amp;lt;b&amp;gt;");
  });
});
