/**
 * A text as one word of a command line, whatever is in it: keys and reasons come from addresses and
 * from customers, and whoever copies a command must run nothing of theirs.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
