import { codeWord, type Block } from "./prose-problems.ts";

/** Returns the text blocks of a Markdown page. Skips code blocks, HTML comments and table rules. */
export function markdownBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let fence: string | undefined;
  /** Lines of the current paragraph or list item. */
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

/** The cells of a table row. Empty for the rule below the header. */
function cells(row: string): string[] {
  if (/^[\s|:-]+$/.test(row)) return [];
  // In a table, code contains a bar as \|.
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
      // A file name counts as code, and may start a sentence.
      .replace(/\[[\w.-]+\.md\]\([^)]*\)/g, codeWord)
      .replace(/!\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/<(?:https?:)[^>]*>/g, codeWord)
      .replace(/<[^>]+>/g, "")
      .replace(/\*\*|__|(?<!\w)[*_]|[*_](?!\w)/g, "")
      .trim()
  );
}
