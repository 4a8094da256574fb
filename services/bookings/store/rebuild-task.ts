import type { Clock } from "@app/platform/clock.ts";
import type { Log } from "@app/platform/log.ts";
import type { Broker, StoredMessage } from "@app/platform/messaging/broker.ts";
import type { Handler, MessageContext } from "@app/platform/messaging/handler.ts";
import {
  contextOf,
  type Incoming,
  type PayloadReader,
  readHeaders,
} from "@app/platform/messaging/incoming.ts";
import { deadLetters } from "@app/platform/messaging/tables.ts";
import type { Database } from "@app/platform/postgres.ts";
import { and, eq, ne, sql } from "drizzle-orm";
import { currentRebuild, deleteStale, type Rebuild, swapIn } from "./rebuild.ts";
import { eventView, rebuilds } from "./tables.ts";
import { type BookingsStores, rebuildUnit } from "./unit.ts";

export interface RebuildTask {
  readonly db: Database;
  readonly broker: Pick<Broker, "read" | "streamState">;
  readonly stream: string;
  /** The live consumer, whose dead letters people have edited. */
  readonly durable: string;
  /** The handlers of the live consumer: what they make of a message is what a rebuild makes of it. */
  readonly handlers: readonly Handler<BookingsStores>[];
  readonly payloads: PayloadReader;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_EVERY_MS = 1_000;
/** One transaction takes in no more; the seats of their events are locked meanwhile. */
const BATCH_MAX = 100;
const STALE_MAX = 1_000;

/** Does the rebuilds that were asked for, one after another, and tidies up after them. */
export async function keepRebuilding(task: RebuildTask, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const rebuild = await currentRebuild(task.db);
    if (rebuild) await work(task, rebuild, signal);
    const stale = rebuild ? 0 : await deleteStale(task.db, STALE_MAX);
    if (stale < STALE_MAX) await task.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/**
 * Reads the stream from where the rebuild stands up to where the stream ended after listeners had
 * begun to write to the new generation as well: whatever came later is there by them. Then swaps.
 * Killed at any point it goes on from the last batch; a message taken in twice changes nothing.
 */
async function work(task: RebuildTask, asked: Rebuild, signal: AbortSignal): Promise<void> {
  const { db, broker, stream, log } = task;
  const rebuild = await aimed(task, asked);
  const { id, generation, target } = rebuild;
  if (target === null) throw new Error(`rebuild ${id} has no target`);

  let batch: StoredMessage[] = [];
  const reading = broker.read(stream, { fromSequence: rebuild.upTo + 1, toSequence: target });
  if (rebuild.upTo < target)
    for await (const message of reading) {
      if (signal.aborted) return;
      batch.push(message);
      if (batch.length < BATCH_MAX) continue;
      await takeIn(task, rebuild, batch);
      batch = [];
    }
  await takeIn(task, rebuild, batch);
  const ended = await swapIn(db, rebuild);
  if (ended) log.info("projection rebuilt", { rebuild: id, generation, changed: ended.changed });
}

/** The rebuild with the stream's end as its target; of another stream than before it starts anew. */
async function aimed({ db, broker, stream }: RebuildTask, rebuild: Rebuild): Promise<Rebuild> {
  const state = await broker.streamState(stream);
  if (!state) throw new Error(`there is no stream ${stream}`);
  const isSame = rebuild.streamCreatedAt === state.createdAt;
  if (isSame && rebuild.target !== null && rebuild.target <= state.lastSequence) return rebuild;

  const { id, generation } = rebuild;
  // What was read of another stream may be wrong; what listeners wrote since comes from this one too.
  if (rebuild.streamCreatedAt !== null && !isSame)
    await db.q.delete(eventView).where(eq(eventView.generation, generation));
  const anew = { upTo: 0, messages: 0, unreadable: 0 };
  const [changed] = await db.q
    .update(rebuilds)
    .set({ ...anew, streamCreatedAt: state.createdAt, target: state.lastSequence })
    .where(and(eq(rebuilds.id, id), eq(rebuilds.state, "running")))
    .returning();
  return changed ?? { ...rebuild, ...anew, target: 0 };
}

/** One transaction. Where a person settled what a message says, that is taken in. */
async function takeIn(
  task: RebuildTask,
  { id, generation }: Rebuild,
  batch: readonly StoredMessage[],
): Promise<void> {
  const last = batch.at(-1);
  if (!last) return;
  const { readable, unreadable } = await readAll(task, batch.map(readHeaders));

  await task.db.transaction(async (tx) => {
    const unit = rebuildUnit(tx, generation);
    await unit.lock(readable.flatMap(({ handler, body }) => handler.rows([body])));
    for (const { handler, body, context } of readable)
      await handler.handle(unit.stores, body, context);
    await tx.q
      .update(rebuilds)
      .set({
        upTo: last.sequence,
        messages: sql`${rebuilds.messages} + ${batch.length}`,
        unreadable: sql`${rebuilds.unreadable} + ${unreadable}`,
      })
      .where(eq(rebuilds.id, id));
  });
}

interface Readable {
  readonly handler: Handler<BookingsStores>;
  readonly body: unknown;
  readonly context: MessageContext;
}

/** What handlers are to be given, and how many messages nobody can read. */
async function readAll(task: RebuildTask, messages: readonly Incoming[]) {
  const settled = await settledLetters(task, messages);
  const readable: Readable[] = [];
  let unreadable = 0;
  for (const message of messages) {
    const { lane, type, eventId } = message;
    const letter = settled.get(eventId);
    if (letter?.state === "discarded") continue;
    const payload = letter?.payload ?? message.payload;
    const reading = task.payloads.read({ ...message, payload });
    const handler = task.handlers.find((known) => known.type === type);
    if (!lane || !reading.ok) unreadable += 1;
    else if (handler)
      readable.push({ handler, body: reading.body, context: contextOf({ ...message, lane }) });
  }
  return { readable, unreadable };
}

/**
 * The dead letters among these messages that a person ended, by their ids: one that was run has the
 * bytes that it was run with, be they edited or not, and one that was discarded was never run.
 */
async function settledLetters(
  { db: { q }, durable }: RebuildTask,
  messages: readonly Incoming[],
): Promise<ReadonlyMap<string, Settled>> {
  const keys = [...new Set(messages.flatMap(({ lane }) => lane?.key ?? []))];
  const letters = await q
    .select({
      eventId: deadLetters.eventId,
      state: deadLetters.state,
      payload: deadLetters.payload,
    })
    .from(deadLetters)
    .where(
      and(
        eq(deadLetters.consumer, durable),
        sql`${deadLetters.key} = any(${sql.param(keys)}::text[])`,
        ne(deadLetters.state, "dead"),
      ),
    );
  return new Map(letters.map((letter) => [letter.eventId, letter]));
}

type Settled = Pick<typeof deadLetters.$inferSelect, "state" | "payload">;
