import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import type { Broker } from "./broker.ts";
import type { Term } from "./leadership.ts";
import type { RelayMeters } from "./messaging-meters.ts";
import type { OutboxStore } from "./outbox-store.ts";
import { type PublishedStream, streamFinder } from "./published-stream.ts";
import { relayFinisher } from "./relay-finisher.ts";
import { relayQueue } from "./relay-queue.ts";
import { relayReader } from "./relay-reader.ts";
import { relayWindow } from "./relay-window.ts";
import type { StreamMemory } from "./stream-memory.ts";
import { type Wake, wakeable } from "./wake.ts";

export interface RelayOptions {
  readonly outbox: OutboxStore;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly partition: number;
  /** The streams that the messages go to. */
  readonly streams: readonly PublishedStream[];
  /** Woken by hints that rows were written. */
  readonly wake: Wake;
  readonly memory: StreamMemory;
  readonly meters?: RelayMeters | undefined;
  /** Kept up to date: since when each stream has taken nothing. */
  readonly stalledSinceMs?: Map<string, number>;
}

const turnMaxMs = 1_000;
/** When stopping, what is in flight may still be acknowledged, or it would only be sent again. */
const lastAcksMs = 1_000;

/**
 * Moves pending messages to the broker while leadership lasts. It reads the outbox as a set,
 * publishes with at most one message per key under way, and finishes what was acknowledged; the
 * three overlap. No transaction is open while it publishes. Rejects when the database fails, for
 * the supervisor to start it again; whatever was not finished is then simply read again.
 */
export async function relayOutbox(options: RelayOptions, term: Term): Promise<void> {
  const { broker, clock, memory, wake } = options;
  const turn = wakeable();
  const { queue, reader, window, finisher } = relayParts(options, turn);
  const reading = background(turn.wake);
  const finishing = background(turn.wake);
  const fault = () => reading.fault ?? finishing.fault;
  const unhook = wake.listen(() => {
    reader.hint();
    turn.wake();
  });

  /** Until all that is under way is answered for and finished. */
  const settle = async () => {
    while (window.inFlight > 0 && term.fresh()) await turn.next(turnMaxMs, clock, term.signal);
    await finishing.ended();
    while (finisher.waiting && term.fresh()) await finisher.finish();
  };

  const repair = async () => {
    await settle();
    if (!term.fresh() || window.inFlight > 0 || finisher.waiting) return;
    await memory.repair();
    await reading.ended();
    queue.clear();
    reader.hint();
  };

  const lastAcks = async () => {
    const untilMs = clock.monotonicMs() + lastAcksMs;
    const never = new AbortController().signal;
    for (let nowMs = 0; window.inFlight > 0 && nowMs < untilMs; nowMs = clock.monotonicMs()) {
      await turn.next(untilMs - clock.monotonicMs(), clock, never);
    }
    while (finisher.waiting && term.held()) await finisher.finish();
  };

  try {
    while (!term.signal.aborted && fault() === undefined) {
      // One that was paused must not even finish: meanwhile another may have found the broker changed.
      const mayAct = term.fresh();
      if (mayAct && memory.forgot() && broker.connected()) await repair();

      const nowMs = clock.monotonicMs();
      if (!reading.busy && reader.isDue(nowMs)) reading.start(reader.read);
      const mayPublish = mayAct && broker.connected() && !memory.forgot();
      if (mayPublish) window.fill(nowMs);
      if (mayAct && !finishing.busy && finisher.isDue(nowMs)) finishing.start(finisher.finish);

      const readInMs = reading.busy ? turnMaxMs : reader.dueInMs(nowMs);
      const retryAtMs = (mayPublish && queue.nextRetryMs()) || Number.POSITIVE_INFINITY;
      const askInMs = mayPublish ? window.askInMs(nowMs) : turnMaxMs;
      const finishInMs = mayAct && !finishing.busy ? finisher.dueInMs(nowMs) : turnMaxMs;
      await turn.next(
        Math.max(1, Math.min(readInMs, retryAtMs - nowMs, askInMs, finishInMs, turnMaxMs)),
        clock,
        term.signal,
      );
    }
  } finally {
    unhook();
    await Promise.all([reading.ended(), finishing.ended()]);
  }
  if (fault() === undefined) await lastAcks();
  if (fault() !== undefined) throw fault();
}

function relayParts(options: RelayOptions, turn: Wake) {
  const { streams, memory } = options;
  const streamOf = streamFinder(streams);
  const queue = relayQueue({ streamOf, readable: () => reader.hint() });
  const reader = relayReader({ ...options, queue });
  const finisher = relayFinisher({ ...options, queue });
  const window = relayWindow({
    ...options,
    queue,
    streamOf,
    memory,
    stalledSinceMs: options.stalledSinceMs ?? new Map(),
    acknowledged: finisher.add,
    answered: turn.wake,
  });
  return { queue, reader, window, finisher };
}

/** Work beside the loop, one piece at a time. What it threw is kept for the loop to end with. */
function background(done: () => void) {
  let running: Promise<void> | undefined;
  let fault: unknown;
  return {
    get busy() {
      return running !== undefined;
    },
    get fault() {
      return fault;
    },
    start(work: () => Promise<void>) {
      running = work()
        .catch((error: unknown) => {
          fault ??= error;
        })
        .finally(() => {
          running = undefined;
          done();
        });
    },
    ended: async () => running,
  };
}
