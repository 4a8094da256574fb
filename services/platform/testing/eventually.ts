/** A condition that did not come true in time; the cause is its last failure. */
export class NeverHappened extends Error {
  override readonly name = "NeverHappened";
}

/**
 * Repeats a check until it neither throws nor returns false, and returns what it returned. Throws
 * after the deadline, with the last failure in the message. It is how tests wait: they never sleep.
 * A deadline costs nothing where all is well, so it is generous: machines may be slow and busy.
 */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { deadlineMs = 20_000, everyMs = 10 }: { deadlineMs?: number; everyMs?: number } = {},
): Promise<Exclude<Result, false>> {
  const giveUpAt = performance.now() + deadlineMs;
  let last: unknown = new Error("the check returned false");
  // The last check begins after the deadline: a process that was held up meanwhile still looks once.
  for (let late = false; !late; await Bun.sleep(everyMs)) {
    late = performance.now() >= giveUpAt;
    try {
      const result = await check();
      if (result !== false) return result as Exclude<Result, false>;
    } catch (error) {
      last = error;
    }
  }
  const reason = last instanceof Error ? last.message : String(last);
  throw new NeverHappened(`did not happen within ${deadlineMs} ms: ${reason}`, { cause: last });
}
