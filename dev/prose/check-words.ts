import { globSync, readFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { markdownBlocks } from "./markdown-blocks.ts";
import { proseProblems, wordProblems, type Block } from "./prose-problems.ts";
import { sourceComments } from "./source-comments.ts";
import { sourceMessages, testTitles } from "./source-messages.ts";

// Checks words: `npm run check:words -w dev`, for some files with `-- FILE …`. In pages and comments, also checks the
// length of each sentence.

const project = join(import.meta.dirname, "../..");
/** Commands of dev/ write this page. */
const generated = "docs/performance.md";
/** The states of users' stacks contain the text of these files. A changed comment would update their resources. */
const inStates = "-provider.cjs";
/** Contains the rejected words. */
const glossary = "dev/prose/glossary.ts";

const named = process.argv.slice(2);
const files = named.length > 0 ? named.map((name) => resolve(process.env.INIT_CWD ?? ".", name)) : allFiles();
const problems = files.flatMap(problemsOf);

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function allFiles(): string[] {
  const patterns = ["README.md", "docs/*.md", "{service,infra,tools,dev}/**/*.{ts,js,cjs}"];
  const isOurs = (name: string) =>
    name !== generated && !name.endsWith(inStates) && !name.split("/").includes("node_modules");
  return globSync(patterns, { cwd: project, exclude: (name) => name === "node_modules" })
    .filter(isOurs)
    .sort();
}

function problemsOf(name: string): string[] {
  const text = readFileSync(resolve(project, name), "utf8");
  const problems =
    extname(name) === ".md"
      ? proseProblems(markdownBlocks(text))
      : [...proseProblems(sourceComments(name, text)), ...wordProblems(printedTexts(name, text))];
  return problems.map(({ line, message }) => `${name}:${line}: ${message}`);
}

/** Messages, and the titles of tests. Other texts of a test may be the output of other programs. */
function printedTexts(name: string, text: string): Block[] {
  if (name.endsWith(glossary)) return [];
  const isTest = name.endsWith(".test.ts") || name.split("/").includes("test");
  return isTest ? testTitles(name, text) : sourceMessages(name, text);
}
