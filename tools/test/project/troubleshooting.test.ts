import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { messageTexts } from "../support/message-texts.ts";

const project = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(project, file), "utf8");

/** Messages of other programs. */
const foreign = [
  /^(?:Bind for|self-signed certificate|getaddrinfo|unable to verify|Hostname\/IP|querySrv|Server selection) /,
];

/** Messages that users see: quoted text of at least four words in headings and first table columns. */
function messages(): string[] {
  const page = read("docs/troubleshooting.md");
  const places = [...page.matchAll(/^\| (.*?) \||^## (.*)$/gm)].map(
    ([, cell, heading]) => cell ?? heading ?? "",
  );
  return places
    .flatMap((place) => [...place.matchAll(/`([^`]+)`/g)].map(([, message = ""]) => message))
    .filter((message) => wordsOf(message).length >= 4 && !foreign.some((start) => start.test(message)));
}

/** The words of a text, without values such as numbers, versions and names, and without "…". */
function wordsOf(text: string): string[] {
  return text.split(/[\s…"]+/).filter((word) => /^[A-Za-z_'-]+[.,:;]?$/.test(word));
}

/** Every three consecutive words of a text. */
function phrasesOf(text: string): string[] {
  const words = wordsOf(text);
  return words.slice(2).map((last, index) => [words[index], words[index + 1], last].join(" "));
}

describe("docs/troubleshooting.md", () => {
  const files = globSync("{service,infra,tools}/**/*.{ts,js,cjs,sh}", {
    cwd: project,
    exclude: ["**/node_modules/**", "**/test/**", "**/dist/**"],
  });
  const texts = files.flatMap((file) => messageTexts(file, read(file)));
  const known = new Set(texts.flatMap((text) => phrasesOf(text.replaceAll("`", " "))));

  it("quotes messages", () => {
    expect(messages()).to.have.length.greaterThan(20);
  });

  for (const message of messages()) {
    it(`quotes "${message}" as the code has it`, () => {
      const phrases = phrasesOf(message);
      const found = phrases.filter((phrase) => known.has(phrase));
      // Phrases that span a value do not occur in the texts.
      expect(found.length / phrases.length, found.join(" | ")).to.be.at.least(0.5);
    });
  }
});
