import { Refusal } from "../errors.ts";

/** Lets one of those who come at work, in the order in which they came. */
export interface OneAtATime {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  /** How many wait, whoever is at work left out. */
  waiting(): number;
}

/**
 * For messages that may end the process: while one of them is at work no other has a mark standing
 * that says it is. What such a mark says when it was left behind is then true.
 */
export function oneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    waiting: () => waiting,
    run(work) {
      waiting += 1;
      const mine = last.then(() => {
        waiting -= 1;
        return work();
      });
      // Whoever comes next waits for the end, however that is.
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Nobody is kept waiting behind more than so many. */
const waitingMax = 20;

/** A turn for what a person asks: refused, with when to come back, where too many wait already. */
export async function inTurn<Result>(
  turns: OneAtATime,
  work: () => Promise<Result>,
): Promise<Result> {
  if (turns.waiting() < waitingMax) return turns.run(work);
  const text = "too many messages are being tried at once";
  throw new Refusal("unavailable", "repairs_busy", text, { retryAfterSeconds: 5 });
}

/** Where nothing else is at work. */
export const atOnce: OneAtATime = { run: (work) => work(), waiting: () => 0 };
