import ts from "typescript";

/**
 * Texts that a source file may print: its literals, without values such as `${name}`. Joins literals that a plus sign
 * connects. Comments are no messages.
 * @param name decides the language: a shell script, or TypeScript and JavaScript
 */
export function messageTexts(name: string, source: string): string[] {
  if (name.endsWith(".sh")) return [source.replace(/^\s*#.*$/gm, "")];
  return textsIn(ts.createSourceFile(name, source, ts.ScriptTarget.Latest));
}

function textsIn(node: ts.Node): string[] {
  const own = textOf(node);
  const texts = own === undefined ? [] : [own];
  ts.forEachChild(node, (child) => void texts.push(...textsIn(child)));
  return texts;
}

/** Undefined if the expression has no literal. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(" ");
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined && right === undefined ? undefined : `${left ?? " "}${right ?? " "}`;
}
