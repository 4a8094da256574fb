import type { MsgHdrs } from "nats";
import type { Clock } from "../clock.ts";

/** What was published, ready to be published again. */
export interface Published {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs;
}

/**
 * Notices a server that is of no use although the connection to it stands: it takes publishes, and
 * what should store them does not answer. So is a node that is cut off from its cluster, and so is
 * whatever was behind a connection that silently died.
 */
export interface AnswerWatch {
  /** A stream stored or refused something. */
  answered(): void;
  /** What was published at `sentMs` got no answer in time, or nobody was there to take it. */
  unanswered(sentMs: number, message: Published): void;
  /** Whether nothing was answered since something was not. */
  silent(): boolean;
  /** Another server is asked from now on: nothing is held against it. */
  renewed(): void;
}

/** So long nothing is answered before another server is sought. */
export const patienceMs = 2_000;
/** And so long before it is sought again. */
export const againMs = 500;

/** Calls `seek` with what was not answered, when nothing has been answered for too long. */
export function answerWatch({
  clock,
  seek,
}: {
  readonly clock: Clock;
  readonly seek: (message: Published) => void;
}): AnswerWatch {
  let firstUnansweredMs: number | undefined;
  let soughtMs = Number.NEGATIVE_INFINITY;
  return {
    answered() {
      firstUnansweredMs = undefined;
    },
    unanswered(sentMs, message) {
      firstUnansweredMs ??= sentMs;
      const nowMs = clock.monotonicMs();
      if (nowMs - firstUnansweredMs < patienceMs || nowMs - soughtMs < againMs) return;
      soughtMs = nowMs;
      seek(message);
    },
    silent: () => firstUnansweredMs !== undefined,
    renewed() {
      firstUnansweredMs = undefined;
    },
  };
}
