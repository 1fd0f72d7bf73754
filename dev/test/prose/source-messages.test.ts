import { expect } from "chai";
import { sourceMessages, testTitles } from "../../prose/source-messages.ts";

describe("sourceMessages", () => {
  const blocks = (source: string) => sourceMessages("a.ts", source);
  const texts = (source: string) => blocks(source).map(({ text }) => text);

  it("finds string literals of three words or more, with their lines", () => {
    expect(blocks('const kind = "two words";\nthrow new Error("The pod ended.");\n')).to.deep.equal([
      { line: 2, text: "The pod ended." },
    ]);
  });

  it("counts placeholders and code as one word", () => {
    expect(texts("say(`Run ${command} in \\`.ci\\` first`);")).to.deep.equal(["Run Code in Code first"]);
  });

  it("finds the messages in a placeholder", () => {
    expect(texts('say(`${why === "" ? "for no known reason" : why} in the pod`);')).to.deep.equal([
      "Code in the pod",
      "for no known reason",
    ]);
  });

  it("has a block for each line of a template", () => {
    expect(blocks("const help = `\n${\n  first\n}, the second\nand the last`;")).to.deep.equal([
      { line: 4, text: "Code, the second" },
      { line: 5, text: "and the last" },
    ]);
  });

  it("separates words at escaped line ends, and leaves out HTML tags", () => {
    expect(texts("const page = \"<p class='made up'>one\\nmore line</p>\";")).to.deep.equal([
      "one more line",
    ]);
  });

  it("leaves out texts of other programs, which the source looks for", () => {
    const source = `
      if (line === "minikube gave it up" || "minikube gave it up" !== line) stop();
      stderr.includes("minikube gave it up") || stderr.startsWith("minikube gave it up");
      switch (line) { case "minikube gave it up": stop(); }`;
    expect(texts(source)).to.deep.equal([]);
  });
});

describe("testTitles", () => {
  const source = `
describe("a pod", () => {
  before("starts a pod", start);
  it.skip(\`ends with \${code}\`, async () => {
    await until("the pod is gone", 5);
  });
  it(title, check);
});
`;

  it("finds the titles of suites, tests and hooks, with their lines, and no other text", () => {
    expect(testTitles("a.test.ts", source)).to.deep.equal([
      { line: 2, text: "a pod" },
      { line: 3, text: "starts a pod" },
      { line: 4, text: "ends with Code" },
    ]);
  });
});
