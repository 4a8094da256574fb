import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import { setAside, type Trouble } from "./dead-letter.ts";
import type { Handler, RowRef } from "./handler.ts";
import type { InboxTransaction, Lane } from "./inbox.ts";
import { contextOf, type Incoming, type PayloadReader, type Reading } from "./incoming.ts";
import { moved, placeIn } from "./lane.ts";
import { derivedMessageIds } from "./message-ids.ts";
import { inTraceOf } from "./message-spans.ts";

/** What a consumer is, as far as handling messages goes. */
export interface BatchRules<S> {
  readonly service: string;
  readonly consumer: string;
  readonly handlers: ReadonlyMap<string, Handler<S>>;
  readonly payloads: PayloadReader;
  readonly parkedPerLaneMax: number;
  /** Over all lanes of the consumer. Beyond it, as beyond a lane's own, messages stay in the stream. */
  readonly parkedMax: number;
  /** A handler that takes longer has failed. */
  readonly handlerTimeoutMs: number;
  readonly clock: Clock;
}

export interface BatchResult {
  /** A lane with parked messages moved: its head's turn may have come. */
  readonly headsMayRun: boolean;
  /** Messages that had been handled, parked or set aside before. */
  readonly duplicates: number;
}

/** A message whose headers name a lane. */
export type Keyed = Incoming & {
  readonly lane: { readonly key: string; readonly version: number };
};

/** One message whose turn has come, read and with its handler; without one it only moves the lane. */
interface Runnable<S> {
  readonly message: Keyed;
  readonly handler: Handler<S> | undefined;
  readonly body: unknown;
}

/** What is to become of each message of a batch. */
interface Plan<S> {
  readonly run: readonly Runnable<S>[];
  readonly park: readonly Keyed[];
  /** No room to park: left in the stream, and the lane remembers that. */
  readonly leave: readonly Keyed[];
  readonly unreadable: readonly (Trouble & { readonly message: Incoming })[];
  readonly lanes: ReadonlyMap<string, Lane>;
}

/**
 * Handles a batch of messages with a lane in one transaction: each is found to be a duplicate, run,
 * or parked until its turn. Rows are locked in one order by every replica: inbox by event id, lanes
 * by key, then the service's own, for which no message's turn need be known: locking those of a
 * duplicate does no harm, and all locks are one round trip. What is written is another. The lane
 * alone decides: an id may have been used before, a version of a key is handled once.
 */
export async function handleKeyed<S>(
  tx: InboxTransaction<S>,
  batch: readonly Incoming[],
  rules: BatchRules<S>,
): Promise<BatchResult> {
  const keyed = batch.filter(hasLane);
  const readings = new Map(keyed.map((message) => [message, rules.payloads.read(message)]));
  const rows = rowsOf(
    [...readings].flatMap(([message, reading]) => readable(message, reading, rules)),
  );
  const [unseen, before] = await Promise.all([
    tx.remember(sorted(batch.map(({ eventId }) => eventId))),
    tx.lockLanes(sorted(keyed.map(({ lane }) => lane.key))),
    tx.lock(rows),
  ]);
  const keyless = batch.filter((message) => !hasLane(message) && unseen.has(message.eventId));
  const held = await heldVersions(tx, [...before.values()]);
  const mayBePlaced = keyed.some(({ lane }) => isEarly(before, lane));
  const room = mayBePlaced ? rules.parkedMax - (await tx.parkedCount()) : 0;

  const plan = planBatch(inTurn(keyed), { readings, lanes: before, held, room }, rules);
  await tx.park(plan.park.map(asParked));
  await tx.forget(plan.leave.map(({ eventId }) => eventId));
  for (const message of new Map(keyless.map((m) => [m.eventId, m])).values()) {
    await setAside(tx, message, rules, noKey);
  }
  for (const { message, ...trouble } of plan.unreadable) {
    await setAside(tx, message, rules, trouble);
  }
  await handleEach(tx, plan.run, rules);
  const changed = [...plan.lanes.values()].filter((lane) => lane !== before.get(lane.key));
  await Promise.all([tx.saveLanes(changed), tx.flush()]);

  const headsMayRun = changed.some(
    (lane) => lane.waiting > 0 && lane.version > (before.get(lane.key)?.version ?? 0),
  );
  const placed = plan.run.length + plan.park.length + plan.leave.length + plan.unreadable.length;
  return { headsMayRun, duplicates: keyed.length - placed };
}

/**
 * Versions of locked lanes that are kept already and wait for their turn: parked ones, and dead
 * letters behind the one that blocks the lane.
 */
export async function heldVersions<S>(
  tx: InboxTransaction<S>,
  lanes: readonly Lane[],
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const keysWhere = (has: (lane: Lane) => boolean) => lanes.filter(has).map(({ key }) => key);
  const parked = await tx.parkedVersions(keysWhere(({ waiting }) => waiting > 0));
  const dead = await tx.deadVersions(keysWhere(({ blocked }) => blocked));
  const keys = new Set([...parked.keys(), ...dead.keys()]);
  const none: ReadonlySet<number> = new Set();
  return new Map(
    [...keys].map((key) => [key, (parked.get(key) ?? none).union(dead.get(key) ?? none)]),
  );
}

/** The lane after a message found no room: it is still owed. */
const leaving = (lane: Lane, version: number): Lane => ({
  ...lane,
  behind: true,
  leftUpTo: Math.max(lane.leftUpTo, version),
});

const noKey = { reason: "no_key", error: "its headers name no key and version" } as const;

function isEarly(lanes: ReadonlyMap<string, Lane>, { key, version }: Keyed["lane"]): boolean {
  return version > (lanes.get(key)?.version ?? 0) + 1;
}

/** Walks the batch in turn, moving the lanes as the messages will. */
function planBatch<S>(
  batch: readonly Keyed[],
  known: {
    readonly readings: ReadonlyMap<Keyed, Reading>;
    readonly lanes: ReadonlyMap<string, Lane>;
    readonly held: ReadonlyMap<string, ReadonlySet<number>>;
    /** How many messages more the consumer may park. */
    readonly room: number;
  },
  rules: BatchRules<S>,
): Plan<S> {
  const lanes = new Map(known.lanes);
  const held = new Map([...known.held].map(([key, versions]) => [key, new Set(versions)]));
  const run: Runnable<S>[] = [];
  const park: Keyed[] = [];
  const leave: Keyed[] = [];
  const unreadable: (Trouble & { readonly message: Incoming })[] = [];

  for (const message of batch) {
    const { key, version } = message.lane;
    const lane = lanes.get(key);
    if (!lane) throw new Error(`lane ${key} was not locked`);
    const place = placeIn(lane, version);
    if (place === "duplicate" || held.get(key)?.has(version)) continue;

    if (place === "early") {
      const fits = lane.waiting < rules.parkedPerLaneMax && park.length < known.room;
      (fits ? park : leave).push(message);
      if (fits) held.set(key, (held.get(key) ?? new Set()).add(version));
      lanes.set(key, fits ? { ...lane, waiting: lane.waiting + 1 } : leaving(lane, version));
      continue;
    }
    const reading = known.readings.get(message);
    if (!reading) throw new Error(`version ${version} of ${key} was not read`);
    if (reading.ok) {
      run.push(...readable(message, reading, rules));
      lanes.set(key, moved(lane));
    } else {
      unreadable.push({ message, ...reading });
      lanes.set(key, { ...lane, blocked: true });
    }
  }
  return { run, park, leave, unreadable, lanes };
}

/**
 * Handles a batch for a consumer whose messages carry the whole state: each handler keeps the newer
 * of what it has and what it hears, so nothing is parked and there are no lanes.
 */
export async function handleLatest<S>(
  tx: InboxTransaction<S>,
  batch: readonly Incoming[],
  rules: BatchRules<S>,
): Promise<BatchResult> {
  const unseen = await tx.remember(sorted(batch.map(({ eventId }) => eventId)));
  const runnable: Runnable<S>[] = [];
  for (const message of new Map(batch.map((m) => [m.eventId, m])).values()) {
    if (!unseen.has(message.eventId)) continue;
    if (!hasLane(message)) {
      await setAside(tx, message, rules, noKey);
      continue;
    }
    const reading = rules.payloads.read(message);
    if (!reading.ok) await setAside(tx, message, rules, reading);
    runnable.push(...readable(message, reading, rules));
  }
  await runAll(tx, runnable, rules);
  return { headsMayRun: false, duplicates: batch.length - unseen.size };
}

/** The message with its handler, where its payload can be read. */
function readable<S>(
  message: Keyed,
  reading: Reading,
  { handlers }: BatchRules<S>,
): readonly Runnable<S>[] {
  return reading.ok ? [{ message, handler: handlers.get(message.type), body: reading.body }] : [];
}

/** Locks the rows that the messages will change, runs their handlers, and writes what they changed. */
export async function runAll<S>(
  tx: InboxTransaction<S>,
  runnable: readonly Runnable<S>[],
  rules: BatchRules<S>,
): Promise<void> {
  await tx.lock(rowsOf(runnable));
  await handleEach(tx, runnable, rules);
  await tx.flush();
}

/** Runs the handlers one after another. Their rows are locked. */
async function handleEach<S>(
  tx: InboxTransaction<S>,
  runnable: readonly Runnable<S>[],
  rules: BatchRules<S>,
): Promise<void> {
  for (const { message, handler, body } of runnable) {
    if (!handler) continue;
    const { key, version } = message.lane;
    // With the version, because whoever sent it may have used its id before.
    const cause = `${message.eventId}/${key}/${version}`;
    tx.useMessageIds(derivedMessageIds(rules.consumer, cause));
    const handle = () => handler.handle(tx.stores, body, contextOf(message));
    await inTime(() => inTraceOf(message, handle), rules);
    crashPoint("consumer.mid-batch");
  }
}

/**
 * A handler that hangs holds its rows and its lane: it fails like one that throws, before Postgres
 * ends its idle transaction, which would look like an outage and be nobody's fault. Most decide in
 * memory and return at once.
 */
async function inTime(
  handle: () => unknown,
  { clock, handlerTimeoutMs }: Pick<BatchRules<unknown>, "clock" | "handlerTimeoutMs">,
): Promise<void> {
  const handling = handle();
  if (!isThenable(handling)) return;

  const done = new AbortController();
  const late = clock.sleep(handlerTimeoutMs, done.signal).then(() => {
    if (!done.signal.aborted) throw new HandlerTimedOut(handlerTimeoutMs);
  });
  const handled = Promise.resolve(handling).finally(() => done.abort());
  // Whichever comes second has nobody left to tell.
  handled.catch(() => undefined);
  await Promise.race([handled, late]);
  await handled;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value instanceof Object && "then" in value;

/** A handler neither returned nor threw within its time. */
export class HandlerTimedOut extends Error {
  override readonly name = "HandlerTimedOut";

  constructor(limitMs: number) {
    super(`the handler took longer than ${limitMs} ms`);
  }
}

function rowsOf<S>(runnable: readonly Runnable<S>[]): readonly RowRef[] {
  const bodies = Map.groupBy(runnable, ({ handler }) => handler);
  return [...bodies].flatMap(
    ([handler, messages]) => handler?.rows(messages.map(({ body }) => body)) ?? [],
  );
}

/** In stream order, but never a version of a key before a lower one that is here as well. */
function inTurn(batch: readonly Keyed[]): readonly Keyed[] {
  const bySequence = batch.toSorted((a, b) => a.sequence - b.sequence);
  const byKey = Map.groupBy(bySequence, ({ lane }) => lane.key);
  for (const messages of byKey.values()) messages.sort((a, b) => a.lane.version - b.lane.version);
  return bySequence.flatMap(({ lane }) => byKey.get(lane.key)?.shift() ?? []);
}

export function hasLane(message: Incoming): message is Keyed {
  return message.lane !== undefined;
}

export function asParked(message: Keyed) {
  return {
    ...message,
    ...message.lane,
    attempts: 0,
    error: null,
    firstFailedAt: null,
    lastFailedAt: null,
    retryInMs: 0,
    abandoned: 0,
  };
}

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();
