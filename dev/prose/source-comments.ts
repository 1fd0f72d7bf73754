import ts from "typescript";
import { codeWord, type Block } from "./prose-problems.ts";

/** Comments that programs read. */
const directive = /eslint|@ts-|prettier-ignore|^#!/;

/** Comments of a source file in TypeScript or JavaScript, by paragraph. Consecutive line comments are one comment. */
export function sourceComments(name: string, source: string): Block[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const comments: { line: number; lastLine: number; isLine: boolean; text: string }[] = [];
  for (const { pos, end } of commentRanges(file)) {
    const raw = source.slice(pos, end);
    if (directive.test(raw)) continue;
    const [line, lastLine] = [pos, end].map((at) => file.getLineAndCharacterOfPosition(at).line + 1);
    if (line === undefined || lastLine === undefined) continue;
    const isLine = raw.startsWith("//");
    const startsLine = /(?:^|\n)[ \t]*$/.test(source.slice(0, pos));
    const text = isLine ? raw.slice(2) : raw.replace(/^\/\*+|\*\/$/g, "").replace(/^\s*\*/gm, "");
    const previous = comments.at(-1);
    if (isLine && startsLine && previous?.isLine === true && previous.lastLine === line - 1) {
      previous.text += `\n${text}`;
      previous.lastLine = line;
    } else {
      comments.push({ line, lastLine, isLine, text });
    }
  }
  return comments.flatMap(({ line, text }) =>
    paragraphs(text).map((paragraph) => ({ line, text: paragraph })),
  );
}

function commentRanges(file: ts.SourceFile): ts.CommentRange[] {
  const found = new Map<number, ts.CommentRange>();
  const add = (range: ts.CommentRange) => found.set(range.pos, range);
  const visit = (node: ts.Node) => {
    ts.getLeadingCommentRanges(file.text, node.getFullStart())?.forEach(add);
    ts.getTrailingCommentRanges(file.text, node.getEnd())?.forEach(add);
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}

/** Each tag of a doc comment is a paragraph of its own. */
function paragraphs(text: string): string[] {
  return text
    .replace(/`[^`]*`/g, codeWord)
    .replace(/\{@link\s+[^}]+\}/g, codeWord)
    .replace(/https?:\S+/g, codeWord)
    .split(/\n\s*\n|(?=@\w+)/)
    .map((part) =>
      part
        .replace(/@(?:param\s+\S+|\w+)/g, "")
        .replace(/\s+/g, " ")
        .trim(),
    )
    .filter((part) => /\p{L}/u.test(part));
}
