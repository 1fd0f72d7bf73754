import { codeWord, type Block } from "./prose-problems.ts";

/** Blocks of a Markdown page. Fenced and indented code, comments and rules of tables are none. */
export function markdownBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let fence: string | undefined;
  /** Lines of the paragraph or list item that goes on. */
  let open: { line: number; lines: string[] } | undefined;

  const close = () => {
    if (open !== undefined) blocks.push({ line: open.line, text: plain(open.lines.join(" ")) });
    open = undefined;
  };

  const text = markdown.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ""));
  for (const [index, source] of text.split("\n").entries()) {
    const line = index + 1;
    const [mark] = /^\s*(?:```|~~~)/.exec(source) ?? [];
    if (mark !== undefined) {
      close();
      fence = fence === undefined ? mark.trim() : fence === mark.trim() ? undefined : fence;
    } else if (fence !== undefined) {
      continue;
    } else if (source.trim() === "" || (open === undefined && source.startsWith("    "))) {
      close();
    } else if (/^\s*\|/.test(source)) {
      close();
      // A cell is a list of short phrases, not a sentence.
      const phrases = cells(source).flatMap((cell) => plain(cell).split(/;\s/));
      blocks.push(...phrases.map((text) => ({ line, text })));
    } else if (source.startsWith("#")) {
      close();
      blocks.push({ line, text: plain(source.replace(/^#+\s*/, "")) });
    } else if (/^\s*(?:[-*>]|\d+\.)\s/.test(source)) {
      close();
      open = { line, lines: [source.replace(/^\s*(?:[-*>]|\d+\.)\s+/, "")] };
    } else {
      open ??= { line, lines: [] };
      open.lines.push(source.trim());
    }
  }
  close();
  return blocks.filter(({ text }) => /\p{L}/u.test(text));
}

/** Cells of a row of a table; none of the rule below its head. */
function cells(row: string): string[] {
  if (/^[\s|:-]+$/.test(row)) return [];
  // A bar in code is written as \|.
  return row
    .replaceAll(String.raw`\|`, "/")
    .split("|")
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "");
}

function plain(text: string): string {
  return (
    text
      .replace(/(`+).*?\1/g, codeWord)
      // The name of a file is code, and may start a sentence.
      .replace(/\[[\w.-]+\.md\]\([^)]*\)/g, codeWord)
      .replace(/!\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/<(?:https?:)[^>]*>/g, codeWord)
      .replace(/<[^>]+>/g, "")
      .replace(/\*\*|__|(?<!\w)[*_]|[*_](?!\w)/g, "")
      .trim()
  );
}
