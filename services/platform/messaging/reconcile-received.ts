import type { Clock } from "../clock.ts";
import type { Database } from "../postgres.ts";
import type { Broker } from "./broker.ts";
import { type Incoming, readHeaders } from "./incoming.ts";
import {
  advance,
  type Missing,
  type Sweep,
  untracedByKey,
  untracedByLatest,
} from "./postgres-reconcile.ts";
import { isFull, lookAgain, progressIn, type SweepSettings, witnessOf } from "./sweep.ts";

/** A consumer, as far as telling what became of its messages. */
export interface SweptConsumer {
  readonly stream: string;
  readonly durable: string;
  /** What its traces are kept under. */
  readonly consumer: string;
  readonly order: "key" | "latest";
  /** Whether a message of that type must leave a trace with a consumer that keeps the latest state. */
  readonly isHeard: (type: string) => boolean;
  /**
   * Of a consumer that keeps the latest state: which versions it stores of these keys. Without it,
   * what came before the oldest inbox row that is kept is not judged.
   */
  readonly versionsOf?:
    | ((keys: readonly string[]) => Promise<ReadonlyMap<string, number>>)
    | undefined;
  readonly inboxKeepMs: number;
}

/** Sequences compared in one step. */
const sliceMax = 1_000;

/**
 * Compares one slice of what a durable acknowledged with the traces in the database: every message
 * at or below its ack floor was handled, is parked, is a dead letter or is owed by its lane. Returns
 * whether there is more to compare.
 */
export async function sweepReceived(
  settings: SweepSettings,
  consumer: SweptConsumer,
): Promise<boolean> {
  const { db, broker } = settings;
  const { stream, durable } = consumer;
  const sweep: Sweep = { kind: "received", stream, consumer: consumer.consumer };

  // The floor first: what it covers was committed before, so the traces read later must show it.
  const floor = (await broker.durableState(stream, durable))?.ackFloor;
  const state = await broker.streamState(stream);
  if (floor === undefined || !state) return false;
  const before = await progressIn(settings, sweep, { state, target: floor });
  await lookAgain(settings, sweep, (missed) => untraced(db, consumer, missed));
  if (floor <= before.sequence || (await isFull(db, sweep))) return false;

  const first = Math.max(before.sequence + 1, state.firstSequence);
  const last = Math.min(first + sliceMax - 1, floor);
  const read = await readSlice(broker, stream, { first, last });
  const owed = read.filter((message) => isOwed(consumer, message, settings.clock));
  const missing = await untraced(db, consumer, owed.map(missingAs));
  const end = read.at(-1);
  const witness = end && { sequence: end.sequence, text: witnessOf(end) };
  // Where the stream begins after the floor, age has taken everything below.
  const step = { sequence: Math.max(last, floor < first ? floor : 0), witness, missing };
  return (await advance(db, sweep, { before, step })) && last < floor;
}

async function readSlice(
  broker: Broker,
  stream: string,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<readonly Incoming[]> {
  const read: Incoming[] = [];
  if (first > last) return read;
  const range = { fromSequence: first, toSequence: last, headersOnly: true };
  for await (const message of broker.read(stream, range)) read.push(readHeaders(message));
  return read;
}

function isOwed(
  { order, isHeard, versionsOf, inboxKeepMs }: SweptConsumer,
  { type, lane, publishedAt }: Incoming,
  clock: Clock,
): boolean {
  // A lane moves on with every message, and what has none is a dead letter with every consumer.
  if (order === "key" || lane === undefined) return true;
  if (!isHeard(type)) return false;
  return versionsOf !== undefined || clock.now().getTime() - publishedAt.getTime() < inboxKeepMs;
}

/** Those of the messages that left no trace. */
async function untraced(
  db: Database,
  { consumer, order, versionsOf }: SweptConsumer,
  messages: readonly Missing[],
): Promise<readonly Missing[]> {
  if (messages.length === 0) return [];
  if (order === "key") {
    const at = await untracedByKey(db, consumer, messages);
    return messages.filter((_, index) => at.has(index));
  }
  const at = await untracedByLatest(db, consumer, messages);
  const left = messages.filter((_, index) => at.has(index));
  if (left.length === 0 || !versionsOf) return left;
  const stored = await versionsOf(left.flatMap(({ key }) => key ?? []));
  return left.filter(({ key, version }) => {
    const there = key === null ? undefined : stored.get(key);
    return there === undefined || version === null || there < version;
  });
}

const missingAs = ({ sequence, eventId, lane, subject }: Incoming): Missing => ({
  sequence,
  eventId,
  key: lane?.key ?? null,
  version: lane?.version ?? null,
  subject,
});
