import ts from "typescript";
import { codeWord, type Block } from "./prose-problems.ts";

/** Fewer words are a key, a label or a command. */
const minWords = 3;

/** Methods that look for a text, which another program may have written. */
const searches = new Set(["includes", "startsWith", "endsWith", "indexOf", "split", "replace", "replaceAll"]);

/** Mocha's functions that have a title, as in `it` and `it.skip`. */
const titled = /^(?:describe|it|before|after|beforeEach|afterEach)(?:\.\w+)?$/;

type Text = ts.StringLiteralLike | ts.TemplateExpression;

/**
 * Texts of a source file in TypeScript or JavaScript that may be messages. Returns string literals and templates of
 * three words or more. Each line of a template is a block.
 */
export function sourceMessages(name: string, source: string): Block[] {
  return blocksOf(name, source, (text) => !isSearched(text) && countWords(plain(text)) >= minWords);
}

/** Titles of a test file's suites, tests and hooks. */
export function testTitles(name: string, source: string): Block[] {
  return blocksOf(name, source, isTitle);
}

function blocksOf(name: string, source: string, isIncluded: (text: Text) => boolean): Block[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const blocks: Block[] = [];
  const visit = (node: ts.Node) => {
    if ((ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && isIncluded(node)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      blocks.push(
        ...plain(node)
          .split("\n")
          .map((text, index) => ({ line: line + index + 1, text: text.trim() })),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return blocks.filter(({ text }) => /\p{L}/u.test(text));
}

/** Whether the source compares other texts with this one. */
function isSearched({ parent }: Text): boolean {
  if (ts.isCaseClause(parent)) return true;
  if (ts.isBinaryExpression(parent)) return /^[!=]==?$/.test(parent.operatorToken.getText());
  return (
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    searches.has(parent.expression.name.text)
  );
}

function isTitle(text: Text): boolean {
  const { parent } = text;
  return (
    ts.isCallExpression(parent) && parent.arguments[0] === text && titled.test(parent.expression.getText())
  );
}

function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;
}

/** The text without quotes, escapes, code and HTML tags, on as many lines as in the source. */
function plain(text: Text): string {
  return rawText(text)
    .replace(/\\[nrt]/g, " ")
    .replace(/\\(.)/g, "$1")
    .replace(/`[^`\n]*`/g, codeWord)
    .replace(/https?:\S+/g, codeWord)
    .replace(/<\/?[a-z][^>]*>/gi, " ")
    .replace(/[^\S\n]+/g, " ");
}

function rawText(text: Text): string {
  if (!ts.isTemplateExpression(text)) return text.getText().slice(1, -1);
  const source = text.getSourceFile().text;
  const spans = text.templateSpans.map(({ expression, literal }) => {
    const lineEnds = source.slice(expression.getFullStart(), literal.getStart()).replace(/[^\n]/g, "");
    return `${lineEnds}${codeWord}${literal.getText().replace(/^\}|`$|\$\{$/g, "")}`;
  });
  return text.head.getText().slice(1, -2) + spans.join("");
}
