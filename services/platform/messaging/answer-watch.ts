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

/** A cluster elects a leader in four to nine seconds: whoever asks a lost node meanwhile is found with it. */
export const unansweredMaxMs = 2_000;

/**
 * Calls `leave` when nothing that was published was answered for two seconds, and not again before
 * another two. Nodes of a cluster without any leader are left as well: one after the other is asked
 * until one has found a leader.
 */
export function answerWatch({
  clock,
  leave,
}: {
  readonly clock: Clock;
  readonly leave: () => void;
}): AnswerWatch {
  let firstUnansweredMs: number | undefined;
  return {
    answered() {
      firstUnansweredMs = undefined;
    },
    unanswered(sentMs) {
      firstUnansweredMs ??= sentMs;
      const nowMs = clock.monotonicMs();
      if (nowMs - firstUnansweredMs < unansweredMaxMs) return;
      firstUnansweredMs = undefined;
      leave();
    },
    renewed() {
      firstUnansweredMs = undefined;
    },
  };
}
