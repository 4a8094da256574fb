/** When it is said aloud how much is left: often enough to act, seldom enough to be read. */
const said = [
  { atMs: 30_000, text: "30 seconds left" },
  { atMs: 120_000, text: "2 minutes left" },
] as const;

/**
 * What is said between two looks at the clock, however far apart they are: tabs that nobody looks at
 * tick slowly. Somebody who comes back late hears the last word alone.
 */
export function saidBetween(beforeMs: number, leftMs: number): string | undefined {
  if (leftMs <= 0) return undefined;
  return said.find(({ atMs }) => beforeMs > atMs && leftMs <= atMs)?.text;
}
