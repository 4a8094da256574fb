import type { QueuePace } from "./queue-watch.ts";

/** What is known about the way that a new message would have to go. */
export interface AdmissionFacts {
  /** Messages that are committed and not yet with the broker. */
  readonly outboxRows: number;
  readonly brokerAnswers: boolean;
  /** The queues on its way; they are worked off at the same time. */
  readonly queues: readonly QueueAhead[];
}

export interface QueueAhead extends QueuePace {
  /** Messages that are served before a new one. */
  readonly ahead: number;
}

export interface AdmissionLimits {
  /** What takes longer comes too late. */
  readonly deadlineMs: number;
  readonly outboxMax: number;
}

/** Whether new work is taken on. */
export type Verdict =
  | { readonly kind: "admitted" }
  | {
      readonly kind: "refused";
      readonly because: "outbox_full" | "backlog_too_long";
      readonly retryAfterSeconds: number;
    };

export const admitted: Verdict = { kind: "admitted" };

const retryMinSeconds = 1;
const retryMaxSeconds = 60;
/** Nobody knows how long the broker stays away. */
const outboxRetrySeconds = 5;

/**
 * Refuses new work that could not be done in time, and nothing else: while the broker is away the
 * outbox takes everything, because nothing in it comes too late before the broker is back; and what
 * was not measured is taken to be fast.
 */
export function judge(facts: AdmissionFacts, { deadlineMs, outboxMax }: AdmissionLimits): Verdict {
  if (facts.outboxRows >= outboxMax) {
    return { kind: "refused", because: "outbox_full", retryAfterSeconds: outboxRetrySeconds };
  }
  if (!facts.brokerAnswers) return admitted;

  const excessMs = waitMs(facts.queues) - deadlineMs;
  if (excessMs <= 0) return admitted;
  const seconds = Math.ceil(excessMs / 1_000);
  return {
    kind: "refused",
    because: "backlog_too_long",
    retryAfterSeconds: Math.min(Math.max(seconds, retryMinSeconds), retryMaxSeconds),
  };
}

/**
 * How long a new message would wait: what the slowest of the queues needs for the messages ahead. A
 * queue that stands still is taken to stand for as long again, the best guess there is.
 */
export function waitMs(queues: readonly QueueAhead[]): number {
  const waits = queues.map(({ ahead, serviceMs = 0, standstillMs }) =>
    ahead === 0 ? 0 : ahead * serviceMs + standstillMs,
  );
  return Math.max(0, ...waits);
}
