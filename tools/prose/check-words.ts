import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { markdownBlocks } from "./markdown-blocks.ts";
import { proseProblems } from "./prose-problems.ts";

// npm run check:words [-- FILE …]: checks README.md and docs/ against the glossary and the limit of sentence length.

const project = join(import.meta.dirname, "../..");
/** Commands of dev/ generate this page. */
const generated = "docs/performance.md";

const named = process.argv.slice(2);
const pages = named.length > 0 ? named : ["README.md", ...docs()];
const problems = pages.flatMap(problemsOf);

for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function docs(): string[] {
  return globSync("docs/*.md", { cwd: project })
    .filter((page) => page !== generated)
    .sort();
}

function problemsOf(page: string): string[] {
  const blocks = markdownBlocks(readFileSync(resolve(project, page), "utf8"));
  return proseProblems(blocks).map(({ line, message }) => `${page}:${line}: ${message}`);
}
