import type { Clock } from "@app/platform/clock.ts";

/** The replicas of one service, and which of them did not let themselves be reached a moment ago. */
export interface Replicas {
  readonly origins: readonly string[];
  /**
   * Whom to ask, one after the other for as long as nothing reaches them: each call begins at the
   * next replica, and those that were away come last. Three at most.
   */
  inTurn(): readonly string[];
  /** It was not reached: others are asked first for two seconds. */
  away(origin: string): void;
  /** It answered, so that it is asked in its turn again. */
  there(origin: string): void;
}

const REST_MS = 2_000;
/** One that is away costs a refused connection, and one behind a dead line much more. */
const ASKED_MAX = 3;

export function replicasOf(
  origins: readonly string[],
  clock: Pick<Clock, "monotonicMs">,
): Replicas {
  /** Until when each that was away is asked last. */
  const restsUntil = new Map<string, number>();
  let turn = 0;
  return {
    origins,
    inTurn() {
      const first = turn;
      turn = (turn + 1) % origins.length;
      const now = clock.monotonicMs();
      const rests = (origin: string) => (restsUntil.get(origin) ?? 0) > now;
      const inOrder = [...origins.slice(first), ...origins.slice(0, first)];
      const ready = inOrder.filter((origin) => !rests(origin));
      return [...ready, ...inOrder.filter(rests)].slice(0, ASKED_MAX);
    },
    away(origin) {
      restsUntil.set(origin, clock.monotonicMs() + REST_MS);
    },
    there(origin) {
      restsUntil.delete(origin);
    },
  };
}
