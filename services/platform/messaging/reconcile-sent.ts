import type { SentMessage } from "./outbox-store.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { advance, describeSent, pendingRows, type Sweep, stillSent } from "./postgres-reconcile.ts";
import { type PublishedStream, provenAgeMs, subjectPattern } from "./published-stream.ts";
import { idOf, lostAmong } from "./stream-repair.ts";
import { isFull, lookAgain, progressIn, type SweepSettings } from "./sweep.ts";

export interface SentSweepSettings extends SweepSettings {
  /** Whether this process still leads: if not, another one repairs. */
  readonly held: () => boolean;
}

/** Up to where no more messages will be finished, or soon will not be. */
interface Horizon {
  /** Everything stored at or below it is finished. */
  settled: number;
  /** The stream's end when it was last looked at, and the highest row that may stand there unfinished. */
  next: { readonly last: number; readonly pendingUpTo: number } | undefined;
}

/** Sequences compared in one step. */
const sliceMax = 5_000;
/** A message that the broker holds and that is unfinished for longer waits for a full sweep. */
const unfinishedMaxMs = 600_000;

/**
 * Compares what was sent to a stream with what the stream holds, slice by slice: every kept row that
 * is younger than the stream's age limit is there. What is still missing at a second look is made
 * pending again. The relay notices most losses by itself and sooner; this finds those that were
 * covered up before it looked.
 */
export function sentSweep(
  settings: SentSweepSettings,
  stream: PublishedStream,
): () => Promise<boolean> {
  const { db, broker, held, log } = settings;
  const outbox = postgresOutbox(db);
  const sweep: Sweep = { kind: "sent", stream: stream.name, consumer: "" };
  const ageMaxMs = provenAgeMs(stream);
  const horizon: Horizon = { settled: 0, next: undefined };

  const putBack = async () => {
    const lost = await lookAgain(settings, sweep, async (missed) =>
      lostOneByOne(settings, stream, await stillSent(db, stream.name, missed, ageMaxMs)),
    );
    const [first, last] = [lost[0], lost.at(-1)];
    if (!first || !last || !held()) return;
    const range = { first: first.sequence, last: last.sequence, ids: lost.map(({ id }) => id) };
    const count = await outbox.putBack(stream.name, range);
    db.outboxWritten();
    log.warn("messages that the stream lacks are pending again", { stream: stream.name, count });
  };

  return async () => {
    const state = await broker.streamState(stream.name);
    // What the relay knows to be forgotten it repairs, all of it: nothing to find out here.
    const forgot = (await outbox.streamsSeen()).get(stream.name)?.forgot ?? null;
    if (!state || forgot !== null) return false;
    await moveHorizon(settings, stream, { horizon, last: state.lastSequence });
    const target = Math.min(horizon.settled, state.lastSequence);
    const before = await progressIn(settings, sweep, { state, target });
    await putBack();
    if (target <= before.sequence || (await isFull(db, sweep))) return false;

    const range = await outbox.sentRange(stream.name);
    const first = Math.max(before.sequence + 1, range?.first ?? target + 1);
    const last = Math.min(first + sliceMax - 1, target);
    const kept =
      first > last ? [] : await outbox.sentBetween(stream.name, { first, last, ageMaxMs });
    const missing = await describeSent(db, stream.name, await lostAmong(kept, broker, stream));
    return (
      (await advance(db, sweep, { before, step: { sequence: last, missing } })) && last < target
    );
  };
}

/**
 * A message is stored before its row is finished, by the leader now or, much later, by the next. So
 * the end of the stream is safe to compare once every row that was pending when it was seen is gone.
 */
async function moveHorizon(
  { db }: SweepSettings,
  stream: PublishedStream,
  { horizon, last }: { readonly horizon: Horizon; readonly last: number },
): Promise<void> {
  const subjects = subjectPattern(stream.name, [stream]);
  const upTo = horizon.next?.pendingUpTo ?? 0;
  const seen = await pendingRows(db, { subjects, upTo, ageMaxMs: unfinishedMaxMs });
  // A long backlog is sent first: what was sent meanwhile is compared once it is short.
  if (!seen) return;
  if (!seen.any) {
    horizon.settled = last;
    horizon.next = undefined;
  } else if (!horizon.next || !seen.anyUpTo) {
    horizon.settled = horizon.next?.last ?? horizon.settled;
    horizon.next = { last, pendingUpTo: seen.highest };
  }
}

/** Those of a few kept messages, far apart perhaps, that the stream lacks. */
async function lostOneByOne(
  { broker }: SweepSettings,
  { name }: PublishedStream,
  kept: readonly SentMessage[],
): Promise<readonly SentMessage[]> {
  const lost: SentMessage[] = [];
  for (const message of kept) {
    const there = await broker.messageAt(name, message.sequence);
    if (!there || idOf(there) !== message.eventId) lost.push(message);
  }
  return lost;
}
