import { glossary } from "./glossary.ts";

/** A piece of prose: a paragraph, a list item, a table cell or a heading. A comment of the code would be another. */
export interface Block {
  /** Line that the block starts on, from 1. */
  readonly line: number;
  /** The words, without markup. Code is one word. */
  readonly text: string;
}

/** Something to write in other words. */
export interface ProseProblem {
  /** Line of the block. */
  readonly line: number;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

/** Words in a sentence at most. */
export const longestSentence = 20;

/** Stands for a piece of code: one word. It starts with a capital letter, because a sentence may start with code. */
export const codeWord = "Code";

/** Finds words that the glossary rejects, sentences that are too long, and sentences without a named actor. */
export function proseProblems(blocks: readonly Block[]): ProseProblem[] {
  return blocks.flatMap(({ line, text }) =>
    [...rejectedWords(text), ...sentencesOf(text).flatMap(sentenceProblems)].map((message) => ({
      line,
      message,
    })),
  );
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

/** Sentences end with a full stop, a question mark or an exclamation mark. Names such as minikube may start the next. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<!\b(?:e\.g|i\.e|vs)\.)(?<=[.!?]["”)]?)\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
