import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Broker, PubAck, StreamState } from "./broker.ts";
import type { Acknowledged, OutboxStore, SentMessage, StreamSeen } from "./outbox-store.ts";
import { type PublishedStream, provenAgeMs } from "./published-stream.ts";
import { isAnyLost, putBackLost } from "./stream-repair.ts";
import { unfinishedMessages } from "./unfinished-messages.ts";

/**
 * Remembers how far each stream had come, and so notices when the broker goes back: a power cut
 * before its fsync, a restored copy, a stream deleted and made again. What it lost is sent again.
 */
export interface StreamMemory {
  /** The highest sequence seen of a stream. */
  highest(stream: string): number;
  /**
   * Takes in an acknowledgement of a message sent when `highestWhenSent` was the highest seen.
   * Until it is `finished` the message is looked for in the stream like the kept ones.
   */
  acknowledged(ack: PubAck & Omit<SentMessage, "sequence">, highestWhenSent: number): void;
  /** What was acknowledged is among the kept messages now. */
  finished(messages: readonly Acknowledged[]): void;
  /**
   * A publish to this stream was left unanswered. If it was stored, it may stand in the place of one
   * that was forgotten: its ack will be a duplicate's, and the stream's state looks as it did before.
   */
  doubt(stream: string): void;
  /** The broker has forgotten something; nothing should be published before `repair`. */
  forgot(): boolean;
  /** Stores what was noted. To be done before the highest sequences seen are raised in the store. */
  storeNotes(): Promise<void>;
  /**
   * Compares every stream's state with what was seen of it, and those that are in doubt message by
   * message. Rejects when the broker does not answer.
   */
  inspect(): Promise<void>;
  /**
   * Compares the last kept messages, one by one, with what these streams hold. It finds what their
   * state cannot tell: a loss that publishes of others, or of a process that died, have covered up.
   */
  compare(streams: readonly PublishedStream[]): Promise<void>;
  /** Makes exactly the kept messages that the streams lack pending again. Returns how many. */
  repair(): Promise<number>;
}

export interface StreamMemoryOptions {
  readonly outbox: OutboxStore;
  readonly broker: Broker;
  readonly streams: readonly PublishedStream[];
  readonly clock: Clock;
  readonly log: Log;
  /** Sets the streams up again before anything is sent to them. */
  readonly restoreTopology: () => Promise<void>;
  /** What was noted and is not stored yet: it outlives a memory that ends because the store fails. */
  readonly notes: Map<string, string>;
  /** Whether this process still leads: if not, another one's memory counts. */
  readonly held: () => boolean;
}

export async function streamMemory(options: StreamMemoryOptions): Promise<StreamMemory> {
  const { outbox, broker, streams, clock, log, restoreTopology, notes, held } = options;
  const seen = new Map(await outbox.streamsSeen());
  const highest = new Map([...seen].map(([name, { lastSequence }]) => [name, lastSequence]));
  /** Below it each stream holds nothing any more. */
  const first = new Map([...seen].map(([name, { firstSequence }]) => [name, firstSequence]));
  const unfinished = unfinishedMessages();
  const forgotten = new Set(notes.keys());
  for (const [name, { forgot }] of seen) if (forgot !== null) forgotten.add(name);

  const doubted = new Set<string>();

  const note = (stream: string, reason: string) => {
    if (forgotten.has(stream)) return;
    log.error("the broker forgot messages", { stream, reason });
    forgotten.add(stream);
    notes.set(stream, reason);
  };

  const storeNotes = async () => {
    for (const [stream, reason] of [...notes]) {
      await outbox.noteForgot(stream, reason);
      notes.delete(stream);
    }
  };

  const remember = (stream: string, now: StreamState) => {
    const { createdAt, firstSequence, lastSequence, deleted } = now;
    seen.set(stream, { createdAt, firstSequence, lastSequence, deleted, forgot: null });
    first.set(stream, firstSequence);
    highest.set(stream, lastSequence);
  };

  const inspectOne = async (stream: PublishedStream) => {
    const { name } = stream;
    const before = seen.get(name);
    const highestBefore = highest.get(name) ?? 0;
    const state = await broker.streamState(name);
    // Repaired meanwhile, or known to need it, or another one's to judge: the answer says nothing new.
    if (before !== seen.get(name) || forgotten.has(name) || !held()) return;
    if (!before && !state) return restoreTopology();
    if (!state) return note(name, "the stream is gone");
    const reason = before && wentBack(before, highestBefore, state);
    if (reason) return note(name, reason);
    if (before && state.firstSequence <= before.firstSequence) return;
    // Known before anything is asked: an acknowledgement that comes meanwhile is judged by it.
    first.set(name, state.firstSequence);
    if (before && !isAged(stream, state, clock)) {
      const isRemoved = ({ sequence }: SentMessage) => sequence < state.firstSequence;
      if (unfinished.of(name).some(isRemoved)) {
        return note(name, "messages were removed before they were finished");
      }
      const removed = { first: before.firstSequence, last: state.firstSequence - 1 };
      const ageMaxMs = provenAgeMs(stream);
      const young = await outbox.sentBetween(name, { ...removed, ageMaxMs, limit: 1 });
      if (young.length > 0) return note(name, "messages were removed before their age");
    }
    // Publishes go on meanwhile: what they raised stays raised.
    const lastSequence = Math.max(state.lastSequence, highest.get(name) ?? 0);
    await outbox.saveStreamSeen(name, { ...state, lastSequence });
    remember(name, { ...state, lastSequence: Math.max(lastSequence, highest.get(name) ?? 0) });
  };

  const compareOne = async (stream: PublishedStream) => {
    if (forgotten.has(stream.name) || !(await broker.streamState(stream.name))) return;
    // Taken before the kept ones are read: what is finished meanwhile is in one of the two.
    const also = unfinished.of(stream.name);
    if (await isAnyLost(options, stream, also))
      note(stream.name, "the last messages are not all there");
  };

  return {
    highest: (stream) => highest.get(stream) ?? 0,

    acknowledged({ id, eventId, stream, sequence, duplicate }, highestWhenSent) {
      if (!duplicate && sequence <= highestWhenSent) {
        note(stream, `sequence ${sequence} was given after ${highestWhenSent}`);
      }
      const firstNow = first.get(stream) ?? 0;
      if (sequence < firstNow) {
        note(stream, `sequence ${sequence} was given, and the stream begins at ${firstNow}`);
      }
      unfinished.add(stream, { id, eventId, sequence });
      highest.set(stream, Math.max(sequence, highest.get(stream) ?? 0));
    },

    finished: unfinished.finished,
    forgot: () => forgotten.size > 0,
    storeNotes,

    doubt: (stream) => void doubted.add(stream),

    async inspect() {
      for (const stream of streams) await inspectOne(stream);
      for (const stream of streams.filter(({ name }) => doubted.has(name))) {
        // Taken back first: a doubt that comes during the comparison needs another.
        doubted.delete(stream.name);
        await compareOne(stream).catch((error: unknown) => {
          doubted.add(stream.name);
          throw error;
        });
      }
      await storeNotes();
    },

    async compare(compared) {
      for (const stream of compared) await compareOne(stream);
      await storeNotes();
    },

    async repair() {
      await storeNotes();
      await restoreTopology();
      let count = 0;
      for (const stream of streams) {
        const { name } = stream;
        if (!forgotten.has(name)) continue;
        const state = await broker.streamState(name);
        if (!state) throw new Error(`stream ${name} is still missing`);
        count += await putBackLost(options, stream);
        if (!held()) throw new Error("another leads: what the broker forgot is its concern");
        await outbox.saveRepaired(name, state);
        remember(name, state);
        forgotten.delete(name);
      }
      log.warn("messages that the broker forgot are pending again", { count });
      return count;
    },
  };
}

function wentBack(
  before: StreamSeen,
  highestBefore: number,
  state: StreamState,
): string | undefined {
  if (state.createdAt !== before.createdAt) return "the stream was made again";
  if (state.lastSequence < highestBefore) {
    return `the last sequence is ${state.lastSequence} after ${highestBefore}`;
  }
  if (state.deleted > before.deleted)
    return `${state.deleted - before.deleted} messages are missing`;
  return undefined;
}

/** Whether the oldest message left is so old that age explains why those before it are gone. */
function isAged(stream: PublishedStream, state: StreamState, clock: Clock): boolean {
  if (state.messages === 0) return false;
  return clock.now().getTime() - state.firstAt.getTime() >= provenAgeMs(stream);
}
