import type { Clock } from "../clock.ts";

/**
 * Notices a server that is of no use although the connection to it stands: it takes publishes, and
 * what should store them does not answer. So is a node that is cut off from its cluster, and so is
 * whatever was behind a connection that silently died.
 */
export interface AnswerWatch {
  /** A stream stored or refused something. */
  answered(): void;
  /** What was published at `sentMs` got no answer in time, or nobody was there to take it. */
  unanswered(sentMs: number): void;
  /** Another server is asked from now on: nothing is held against it. */
  renewed(): void;
}

/** So long nothing is answered before the first server is left. */
export const firstPatienceMs = 2_000;
/**
 * And so long before each next one, until something was answered. A cluster elects a leader in four
 * to nine seconds: who has left the lost node by then should not come back to it.
 */
export const nextPatienceMs = 6_000;

/** Calls `leave` when nothing that was published has been answered for too long. */
export function answerWatch({
  clock,
  leave,
}: {
  readonly clock: Clock;
  readonly leave: () => void;
}): AnswerWatch {
  let firstUnansweredMs: number | undefined;
  let patienceMs = firstPatienceMs;
  return {
    answered() {
      firstUnansweredMs = undefined;
      patienceMs = firstPatienceMs;
    },
    unanswered(sentMs) {
      firstUnansweredMs ??= sentMs;
      const nowMs = clock.monotonicMs();
      if (nowMs - firstUnansweredMs < patienceMs) return;
      firstUnansweredMs = undefined;
      patienceMs = nextPatienceMs;
      leave();
    },
    renewed() {
      firstUnansweredMs = undefined;
    },
  };
}
