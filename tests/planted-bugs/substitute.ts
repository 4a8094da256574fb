/** One place of the code, and what stands there instead. */
export interface Substitution {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly instead: string;
}

/** Puts all of a file's substitutions in. Throws unless each finds its text exactly once. */
export function substitute(source: string, substitutions: readonly Substitution[]): string {
  let planted = source;
  for (const { file, text, instead } of substitutions) {
    const places = planted.split(text).length - 1;
    if (places !== 1) {
      throw new Error(`${file} holds ${places} times, not once, what a bug is planted in: ${text}`);
    }
    // As a function, so that nothing in it is taken for a reference to a match.
    planted = planted.replace(text, () => instead);
  }
  return planted;
}
