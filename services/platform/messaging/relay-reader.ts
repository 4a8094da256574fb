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
  /** How many ids below the lowest that is pending are read as well. Default 1 000. */
  readonly lookBackIds?: number;
}

const readMax = 512;
const heldMax = 2_048;
const pollMinMs = 50;
const pollMaxMs = 1_000;
/**
 * A transaction may commit after later ids were read. One that is at most so many ids behind is found
 * by any read, another one by a read from the beginning.
 */
const lookBackDefault = 1_000;
/** So often a read goes through all there is, unless that would take more than a tenth of the time. */
const beginningEveryMs = 1_000;
/** Where hints come one after another, a read is followed by a rest as long as itself, up to this. */
const restMaxMs = 5;

export function relayReader(options: RelayReaderOptions): RelayReader {
  const { outbox, queue, clock, partition, streams, lookBackIds = lookBackDefault } = options;
  let pollMs = pollMinMs;
  let pollAtMs = 0;
  /** Not every hint is worth a statement of its own: what comes during the rest is read together. */
  let restUntilMs = 0;

  /** When last read, nothing below it was pending, but for what was on its way to be committed. */
  let floor = 0;
  let highest = 0;
  let beginningAtMs = 0;

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
      // What is finished leaves dead rows at the beginning, for as long as any transaction is open.
      const from = startedMs < beginningAtMs ? Math.max(0, floor - lookBackIds) : 0;
      const rows = await outbox.pending({ partition, from, limit, heldIds, heldKeys, closed });
      // What was dropped meanwhile is missing here, and later messages of its key may not overtake it.
      const whole = queue.drops === drops;
      if (whole) queue.add(rows);
      const nowMs = clock.monotonicMs();
      const tookMs = nowMs - startedMs;
      highest = Math.max(highest, rows.at(-1)?.id ?? 0);
      const isPassedOver = heldKeys.length > 0 || closed.length > 0;
      floor = isPassedOver ? 0 : lowestOf(heldIds, rows[0]?.id ?? highest + 1);
      if (from === 0) beginningAtMs = nowMs + Math.max(beginningEveryMs, 9 * tookMs);
      const isAll = whole && rows.length < limit;
      pollMs = rows.length > 0 ? pollMinMs : Math.min(pollMs * 2, pollMaxMs);
      pollAtMs = Math.min(pollAtMs, isAll ? nowMs + pollMs : 0);
      // One that must look past the backlog of a closed stream is dear however little it finds.
      if (closed.length > 0) restUntilMs = nowMs + 2 * tookMs;
      else restUntilMs = isAll ? nowMs + Math.min(tookMs, restMaxMs) : 0;
      if (rows.length > 0) crashPoint("relay.after-read-before-publish");
    },
  };
}

const lowestOf = (ids: readonly number[], limit: number) =>
  ids.reduce((lowest, id) => Math.min(lowest, id), limit);
