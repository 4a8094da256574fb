import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import type { Acknowledged, OutboxStore } from "./outbox-store.ts";
import type { RelayQueue } from "./relay-queue.ts";
import type { StreamMemory } from "./stream-memory.ts";

/** Moves what was acknowledged in this term out of the pending messages. */
export interface RelayFinisher {
  add(ack: Acknowledged): void;
  readonly waiting: boolean;
  /** Whether so much waits, or has waited for so long, that a statement is worth it. */
  isDue(nowMs: number): boolean;
  /** In how many milliseconds it is due; infinite while nothing waits. */
  dueInMs(nowMs: number): number;
  /** Finishes some of what waits, due or not. */
  finish(): Promise<void>;
}

const batchMax = 512;
/** Nobody waits for a row to be finished, so a statement finishes what came within this time. */
const gatherMs = 10;
/** With so many it does not wait for more. */
const gatherMax = 128;

export function relayFinisher({
  outbox,
  queue,
  memory,
  clock,
}: {
  readonly outbox: Pick<OutboxStore, "finish">;
  readonly queue: Pick<RelayQueue, "forget">;
  readonly memory: Pick<StreamMemory, "storeNotes" | "finished">;
  readonly clock: Clock;
}): RelayFinisher {
  const acknowledged: Acknowledged[] = [];
  let firstAtMs = 0;
  const dueInMs = (nowMs: number) => {
    if (acknowledged.length === 0) return Number.POSITIVE_INFINITY;
    return acknowledged.length >= gatherMax ? 0 : firstAtMs + gatherMs - nowMs;
  };
  return {
    add(ack) {
      if (acknowledged.length === 0) firstAtMs = clock.monotonicMs();
      acknowledged.push(ack);
    },
    get waiting() {
      return acknowledged.length > 0;
    },
    isDue: (nowMs) => dueInMs(nowMs) <= 0,
    dueInMs,
    async finish() {
      const batch = acknowledged.splice(0, batchMax);
      crashPoint("relay.after-ack-before-finish");
      // Finishing raises the mark by which a loss can be seen: what was seen is stored before.
      await memory.storeNotes();
      await outbox.finish(batch);
      memory.finished(batch);
      queue.forget(batch.map(({ id }) => id));
      crashPoint("relay.after-finish");
    },
  };
}
