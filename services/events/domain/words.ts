const WORDS_MAX = 64;
const WORD_LENGTH_MAX = 64;

/** The form in which names are compared: `Ærø` and `ærø` are the same, and so are two codings of `é`. */
export function keyOf(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/**
 * The words that a text can be found by: lower case, without accents, so that `zurich` finds Zürich.
 * Words are made here and not by the database's own parser, because that one keeps `AC/DC` as a
 * path and `rock-n-roll` as one word beside its parts. At most 64 words of at most 64 characters.
 */
export function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  const short = words.map((word) => [...word].slice(0, WORD_LENGTH_MAX).join(""));
  return [...new Set(short)].slice(0, WORDS_MAX);
}
