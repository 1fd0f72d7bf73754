import ts from "typescript";
import { codeWord, type Block } from "./prose-problems.ts";

/** Fewer words are a key, a label or a command. */
const minWords = 3;

/** Methods that look for a text, which another program may have written. */
const searches = new Set(["includes", "startsWith", "endsWith", "indexOf", "split", "replace", "replaceAll"]);

/**
 * Texts of a source file in TypeScript or JavaScript that may be messages. Returns string literals and templates of
 * three words or more. Each line of a template is a block.
 */
export function sourceMessages(name: string, source: string): Block[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const blocks: Block[] = [];
  const visit = (node: ts.Node) => {
    if ((ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && !isSearched(node))
      blocks.push(...blocksOf(node, file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return blocks;
}

/** Whether the source compares other texts with this one. */
function isSearched({ parent }: ts.Node): boolean {
  if (ts.isCaseClause(parent)) return true;
  if (ts.isBinaryExpression(parent)) return /^[!=]==?$/.test(parent.operatorToken.getText());
  return (
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    searches.has(parent.expression.name.text)
  );
}

function blocksOf(node: ts.StringLiteralLike | ts.TemplateExpression, file: ts.SourceFile): Block[] {
  const first = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  const text = plain(rawText(node, file));
  if (text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length < minWords) return [];
  return text
    .split("\n")
    .map((line, index) => ({ line: first + index, text: line.replace(/\s+/g, " ").trim() }))
    .filter((block) => /\p{L}/u.test(block.text));
}

/** The text without its quotes. A placeholder is one word, on as many lines as in the source. */
function rawText(node: ts.StringLiteralLike | ts.TemplateExpression, file: ts.SourceFile): string {
  if (!ts.isTemplateExpression(node)) return node.getText(file).slice(1, -1);
  const spans = node.templateSpans.map(({ expression, literal }) => {
    const lineEnds = file.text.slice(expression.getFullStart(), literal.getStart(file)).replace(/[^\n]/g, "");
    return `${lineEnds}${codeWord}${literal.getText(file).replace(/^\}|`$|\$\{$/g, "")}`;
  });
  return node.head.getText(file).slice(1, -2) + spans.join("");
}

function plain(text: string): string {
  return text
    .replace(/\\[nrt]/g, " ")
    .replace(/\\(.)/g, "$1")
    .replace(/`[^`\n]*`/g, codeWord)
    .replace(/https?:\S+/g, codeWord)
    .replace(/<\/?[a-z][^>]*>/gi, " ");
}
