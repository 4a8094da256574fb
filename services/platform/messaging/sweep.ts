import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Database } from "../postgres.ts";
import type { Broker, StoredMessage, StreamState } from "./broker.ts";
import { readHeaders } from "./incoming.ts";
import {
  beginSweep,
  keepLook,
  type Missing,
  missedBy,
  missedCount,
  noteTarget,
  type Progress,
  progressOf,
  type Sweep,
} from "./postgres-reconcile.ts";

/** What every sweep of the reconciler works with. */
export interface SweepSettings {
  readonly db: Database;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  /** How long after a look at a missed message the next one is due. */
  readonly lookAgainMs: number;
}

/** A sweep that misses so many goes no further until some turn up: none of them is lost from sight. */
export const missedMax = 1_000;
/** Missed messages looked at again in one round. */
const lookAgainMax = 200;

/**
 * How far a sweep has come in this stream. It starts anew when the stream is another one of that
 * name, ends before what was swept, or holds another message where the last one swept was: a
 * restored copy, with new messages in the places of old ones.
 */
export async function progressIn(
  { db, broker, log }: SweepSettings,
  sweep: Sweep,
  { state, target }: { readonly state: StreamState; readonly target: number },
): Promise<Progress> {
  const known = await progressOf(db, sweep);
  const anew = known === undefined || (await isAnother(broker, known, state));
  if (known && anew) log.warn("the reconciler starts anew", { ...sweep });
  const progress = anew ? await beginSweep(db, sweep, state.createdAt) : known;
  await noteTarget(db, sweep, target);
  return progress;
}

async function isAnother(broker: Broker, known: Progress, state: StreamState): Promise<boolean> {
  if (known.createdAt !== state.createdAt || known.sequence > state.lastSequence) return true;
  const { witnessSequence, witness } = known;
  if (witness === "" || witnessSequence < state.firstSequence) return false;
  const there = await broker.messageAt(known.stream, witnessSequence);
  return there !== undefined && witnessOf(there) !== witness;
}

/** Tells a message from any other that may come to stand in its place. */
export const witnessOf = (message: StoredMessage): string =>
  `${message.publishedAt.toISOString()} ${readHeaders(message).eventId}`;

/** Whether a sweep misses as many as it may. */
export async function isFull(db: Database, sweep: Sweep): Promise<boolean> {
  return (await missedCount(db, sweep)) >= missedMax;
}

/**
 * Looks again at what a sweep misses: what turned up is forgotten, what is still missing is
 * confirmed, and counts from then on. Returns what is still missing.
 */
export async function lookAgain<Found extends { readonly sequence: number }>(
  { db, log, lookAgainMs }: SweepSettings,
  sweep: Sweep,
  stillMissing: (missed: readonly Missing[]) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const missed = await missedBy(db, sweep, { restMs: lookAgainMs, limit: lookAgainMax });
  if (missed.length === 0) return [];
  const still = await stillMissing(missed);
  const confirmed = await keepLook(db, sweep, {
    looked: missed.map(({ sequence }) => sequence),
    still: still.map(({ sequence }) => sequence),
  });
  if (confirmed > 0) log.error("messages are missing", { ...sweep, count: confirmed });
  return still;
}
