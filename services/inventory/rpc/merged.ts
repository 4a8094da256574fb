export interface MergedSettings<T> {
  readonly signal: AbortSignal;
  readonly watch: (id: string, options: { readonly signal: AbortSignal }) => AsyncIterable<T>;
}

/**
 * Watches several things as one sequence, in the order in which their values come. Each watch is
 * asked for its next value only after the last one was taken, so a slow reader holds one value of
 * each and no more. The first failure ends it; leaving it ends all watches.
 */
export async function* merged<T>(
  ids: readonly string[],
  { signal, watch }: MergedSettings<T>,
): AsyncGenerator<T> {
  const left = new AbortController();
  const options = { signal: AbortSignal.any([signal, left.signal]) };
  const watches = ids.map((id) => watch(id, options)[Symbol.asyncIterator]());
  const steps = new Map(watches.map((one) => [one, stepOf(one)]));
  try {
    while (steps.size > 0) {
      const { of, result } = await Promise.race(steps.values());
      // Deleted first, so that a watch which speaks often goes to the end of the line.
      steps.delete(of);
      if (result.done) continue;
      steps.set(of, stepOf(of));
      yield result.value;
    }
  } finally {
    left.abort();
    await Promise.allSettled([...steps.values(), ...watches.map((one) => one.return?.())]);
  }
}

async function stepOf<T>(of: AsyncIterator<T>) {
  return { of, result: await of.next() };
}
