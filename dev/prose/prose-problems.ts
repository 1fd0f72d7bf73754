import { glossary } from "./glossary.ts";

/** A piece of prose: a paragraph, a list item, a table cell, a heading or a code comment. */
export interface Block {
  /** First line of the block, from 1. */
  readonly line: number;
  /** The text without markup. Each piece of code is one word. */
  readonly text: string;
}

/** A word or sentence to rewrite. */
export interface ProseProblem {
  /** First line of the block, from 1. */
  readonly line: number;
  /** The problem, and the replacement. */
  readonly message: string;
}

/** Limit of words in a sentence. */
export const longestSentence = 20;

/** Replaces a piece of code with one word. The capital letter lets a sentence start with code. */
export const codeWord = "Code";

/** Finds words that the glossary rejects, long sentences, and sentences without an actor. */
export function proseProblems(blocks: readonly Block[]): ProseProblem[] {
  return [
    ...wordProblems(blocks),
    ...problemsIn(blocks, (text) => sentencesOf(text).flatMap(sentenceProblems)),
  ];
}

/** Finds words that the glossary rejects. */
export function wordProblems(blocks: readonly Block[]): ProseProblem[] {
  return problemsIn(blocks, rejectedWords);
}

function problemsIn(blocks: readonly Block[], find: (text: string) => string[]): ProseProblem[] {
  return blocks.flatMap(({ line, text }) => find(text).map((message) => ({ line, message })));
}

function rejectedWords(text: string): string[] {
  return glossary.flatMap(({ not, write }) =>
    [...text.matchAll(not)].map(([found]) => `"${found}": write ${write}`),
  );
}

function sentenceProblems(sentence: string): string[] {
  const words = sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  return [
    ...(words > longestSentence
      ? [`${words} words, and ${longestSentence} is the limit: "${sentence.slice(0, 60)}…"`]
      : []),
    ...(/^(?:Who|What)\b.*[^?]$/.test(sentence) && words > 4
      ? [`starts with "${sentence.slice(0, 20)}…": start with the actor`]
      : []),
  ];
}

/** Splits text after a full stop, question mark or exclamation mark. A sentence may start in lower case. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<!\b(?:e\.g|i\.e|vs)\.)(?<=[.!?]["”)]?)\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
