/** A word or phrase that the docs must not use, with its replacement. */
export interface Term {
  /** Matches the whole word or phrase, in any case. */
  readonly not: RegExp;
  readonly write: string;
}

const word = (words: string) => new RegExp(String.raw`(?<![\w-])(?:${words})(?![\w-])`, "gi");

/** Rejected words, each with the one term to use everywhere. */
export const glossary: readonly Term[] = [
  { not: word("mends?|mended|mending"), write: "fix" },
  { not: word("away"), write: "unavailable, or gone" },
  { not: word("brings?|brought|bringing"), write: "install, download, add or cause" },
  { not: word("bounds?"), write: "limit" },
  { not: word("faults?"), write: "error or problem" },
  { not: word("makes?(?! it yours)|made|making"), write: "create, or the verb that says how" },
  { not: word("gives?|gave|given|giving"), write: "return, assign, show or set" },
  { not: word("refus(?:es?|ed|ing|als?)"), write: "reject" },
  { not: word("anew"), write: "again" },
  { not: word("by turns"), write: "alternately" },
  { not: word("again and again"), write: "repeatedly" },
  { not: word("beside each other"), write: "concurrently" },
  { not: word("the former"), write: "the previous" },
  { not: word("somebody else(?:['’]s)?"), write: "another user" },
  { not: word("nobody|whoever"), write: "the actor: you, the client, the pod" },
];
