/** Runs one piece of work after another, so that two faults never handle one process at once. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

export function turns(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // Whoever asked hears of a failure; the next in turn does not.
    last = turn.catch(() => undefined);
    return turn;
  };
}
