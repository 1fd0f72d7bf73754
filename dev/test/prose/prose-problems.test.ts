import { expect } from "chai";
import { longestSentence, proseProblems } from "../../prose/prose-problems.ts";

/** Messages about a block with this text. */
const messages = (text: string) => proseProblems([{ line: 7, text }]).map(({ message }) => message);

const words = (count: number) =>
  `${Array<string>(count - 1)
    .fill("word")
    .join(" ")} end.`;

describe("proseProblems", () => {
  it("accepts plain sentences", () => {
    expect(messages("If you aren't logged in, the command stores the state in a folder.")).to.deep.equal([]);
  });

  it("names the line, the word and the term to write", () => {
    expect(proseProblems([{ line: 7, text: "The command mends it." }])).to.deep.equal([
      { line: 7, message: '"mends": write fix' },
    ]);
  });

  for (const text of [
    "MongoDB is away.",
    "It brings minikube.",
    "A bound of 8 MiB.",
    "Each fault has a fix.",
    "The command makes a file.",
    "MongoDB refuses the user.",
    "It gives the id.",
    "They run by turns.",
    "It asks again and again.",
    "The former users are deleted.",
    "A database of somebody else's.",
    "Nobody reads it.",
  ]) {
    it(`rejects "${text}"`, () => {
      expect(messages(text)).to.have.length(1);
    });
  }

  it("accepts words that only contain one of the glossary", () => {
    expect(messages("The boundary is a gateway, and the default is unbounded.")).to.deep.equal([]);
  });

  it("rejects a sentence over the limit, and accepts one at the limit", () => {
    expect(messages(words(longestSentence))).to.deep.equal([]);
    const [message, ...others] = messages(words(longestSentence + 1));
    expect(others).to.deep.equal([]);
    expect(message).to.match(
      new RegExp(`^${longestSentence + 1} words, and ${longestSentence} is the limit: "word`),
    );
  });

  it("counts each sentence of a block on its own", () => {
    expect(messages(`${words(15)} minikube ${words(14)} ${words(15)}`)).to.deep.equal([]);
  });

  it("rejects a statement that starts with Who or What, and accepts a question", () => {
    expect(messages("What nobody can count is not one.")).to.have.length(2);
    expect(messages("What does the pod do now?")).to.deep.equal([]);
  });
});
