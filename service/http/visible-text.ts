/** Invisible characters: control and format characters, spaces other than " ", unpaired surrogates. */
const invisible = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;

/** Replaces each invisible character by its code point, such as U+FEFF, for messages that quote a client. */
export function visibleText(text: string): string {
  return text.replace(invisible, (character) => {
    return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
}
