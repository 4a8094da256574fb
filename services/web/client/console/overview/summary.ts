import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import type { Answer } from "../ask.ts";
import type { ServiceName } from "../ops.ts";

/** What the five numbers at the top are made of, over all services that answer. */
export interface Summary {
  readonly asked: number;
  /** Services that do not answer, or refuse to. */
  readonly away: readonly ServiceName[];
  /** Whether they all answer, and say that this person may not know. */
  readonly refused: boolean;
  /** When the newest answer came; 0 before the first. */
  readonly lastAt: number;
  readonly oldestUnsent:
    | { readonly service: string; readonly ageMs: number; readonly key: string | null }
    | undefined;
  readonly unsent: number;
  readonly largestLag:
    | { readonly consumer: string; readonly messages: number; readonly ageMs: number | null }
    | undefined;
  /** Every consumer of the services that answer, by name. */
  readonly consumers: readonly string[];
  readonly deadLetters: number;
  readonly deadLastHour: number;
  readonly undecided: { readonly count: number; readonly oldest: Undecided["oldest"] };
  readonly differences: number;
  readonly broken: readonly string[];
  readonly invariants: number;
  /** When the check that waits longest was made; undefined before the first. */
  readonly checkedAt: string | undefined;
}

type Undecided = NonNullable<OverviewView["undecided"]>;

export function summaryOf(answers: readonly Answer<OverviewView>[]): Summary {
  const told = answers.flatMap(({ value, problem }) =>
    value === undefined || problem !== undefined ? [] : [value],
  );
  const outboxes = told.filter(({ outbox }) => outbox.count > 0);
  const oldestOutbox = outboxes.toSorted((a, b) => b.outbox.oldestAgeMs - a.outbox.oldestAgeMs)[0];
  const lags = told.flatMap(({ consumers }) =>
    consumers.flatMap(({ consumer, broker, oldestPendingAgeMs }) =>
      broker === null
        ? []
        : [
            {
              consumer,
              messages: broker.pending + broker.unacknowledged,
              ageMs: oldestPendingAgeMs,
            },
          ],
    ),
  );
  const undecided = told.flatMap(({ undecided }) => (undecided === null ? [] : [undecided]));
  const oldest = undecided
    .flatMap(({ oldest }) => (oldest === null ? [] : [oldest]))
    .toSorted((a, b) => a.since.localeCompare(b.since))[0];
  const looks = told.flatMap(({ conservation: { lookedAt } }) =>
    lookedAt === null ? [] : [lookedAt],
  );
  const sum = (of: (view: OverviewView) => number) =>
    told.reduce((total, view) => total + of(view), 0);

  return {
    asked: answers.length,
    away: answers.flatMap(({ service, problem }) => (problem === undefined ? [] : [service])),
    refused: answers.every(({ problem }) => problem?.status === 403),
    lastAt: Math.max(0, ...answers.map(({ at }) => at)),
    oldestUnsent: oldestOutbox && {
      service: oldestOutbox.service,
      ageMs: oldestOutbox.outbox.oldestAgeMs,
      key: oldestOutbox.outbox.oldestKey,
    },
    unsent: sum(({ outbox }) => outbox.count),
    largestLag: lags.toSorted(
      (a, b) => b.messages - a.messages || (b.ageMs ?? 0) - (a.ageMs ?? 0),
    )[0],
    consumers: told.flatMap(({ consumers }) => consumers.map(({ consumer }) => consumer)),
    deadLetters: sum(({ deadLetters }) => deadLetters.dead),
    deadLastHour: sum(({ deadLetters }) => deadLetters.lastHour),
    undecided: {
      count: undecided.reduce((total, { count }) => total + count, 0),
      oldest: oldest ?? null,
    },
    differences: sum(({ conservation }) => conservation.missing + conservation.breaches),
    broken: told.flatMap(({ conservation }) => conservation.broken),
    invariants: sum(({ conservation }) => conservation.invariants),
    checkedAt: looks.toSorted()[0],
  };
}
