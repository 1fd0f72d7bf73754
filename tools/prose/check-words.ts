import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownBlocks } from "./markdown-blocks.ts";
import { proseProblems } from "./prose-problems.ts";

// npm run check:words [-- FILE …]: the glossary and the length of sentences, in README.md and docs/.
const project = join(import.meta.dirname, "../..");
const named = process.argv.slice(2);
const pages = named.length > 0 ? named : ["README.md", ...globSync("docs/*.md", { cwd: project }).sort()];

const problems = pages.flatMap((page) =>
  proseProblems(markdownBlocks(readFileSync(join(project, page), "utf8"))).map(
    ({ line, message }) => `${page}:${line}: ${message}`,
  ),
);
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${pages.length} pages: the words are those of the glossary.`);
process.exitCode = problems.length === 0 ? 0 : 1;
