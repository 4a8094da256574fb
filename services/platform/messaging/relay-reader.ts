import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import type { OutboxStore } from "./outbox-store.ts";
import { type PublishedStream, subjectPattern } from "./published-stream.ts";
import type { RelayQueue } from "./relay-queue.ts";

/** Reads pending messages into the queue: at once when told that there are some, else now and then. */
export interface RelayReader {
  /** There may be something to read. */
  hint(): void;
  /** Whether there is room for messages and it is time to look for them. */
  isDue(nowMs: number): boolean;
  read(): Promise<void>;
  /** In how many milliseconds it is due, unless its queue is full. */
  dueInMs(nowMs: number): number;
}

export interface RelayReaderOptions {
  readonly outbox: Pick<OutboxStore, "pending">;
  readonly queue: RelayQueue;
  readonly clock: Clock;
  readonly partition: number;
  readonly streams: readonly PublishedStream[];
}

const readMax = 512;
const heldMax = 2_048;
const pollMinMs = 50;
const pollMaxMs = 1_000;

export function relayReader(options: RelayReaderOptions): RelayReader {
  const { outbox, queue, clock, partition, streams } = options;
  let pollMs = pollMinMs;
  let pollAtMs = 0;
  /** A read that must look past the backlog of a closed stream is not repeated at every hint. */
  let restUntilMs = 0;

  const dueAtMs = () => Math.max(pollAtMs, restUntilMs);

  return {
    hint() {
      pollAtMs = 0;
    },
    isDue: (nowMs) => queue.size < heldMax && nowMs >= dueAtMs(),
    dueInMs: (nowMs) => (queue.size < heldMax ? dueAtMs() - nowMs : pollMaxMs),

    async read() {
      const limit = Math.min(readMax, heldMax - queue.size);
      const startedMs = clock.monotonicMs();
      const closed = queue.closedStreams.map((stream) => subjectPattern(stream, streams));
      // A hint that comes while this query runs may concern rows that it does not see.
      pollAtMs = Number.POSITIVE_INFINITY;
      const { heldIds, heldKeys, drops } = queue;
      const rows = await outbox.pending({ partition, limit, heldIds, heldKeys, closed });
      // What was dropped meanwhile is missing here, and later messages of its key may not overtake it.
      const whole = queue.drops === drops;
      if (whole) queue.add(rows);
      const nowMs = clock.monotonicMs();
      pollMs = rows.length > 0 ? pollMinMs : Math.min(pollMs * 2, pollMaxMs);
      pollAtMs = Math.min(pollAtMs, whole && rows.length < limit ? nowMs + pollMs : 0);
      restUntilMs = closed.length > 0 ? nowMs + 2 * (nowMs - startedMs) : 0;
      if (rows.length > 0) crashPoint("relay.after-read-before-publish");
    },
  };
}
