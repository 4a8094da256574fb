import type {
  InboxStore,
  ParkedMessage,
  ServiceUnit,
  Settleable,
} from "@app/platform/messaging/inbox.ts";
import {
  type AttemptsRow,
  type ConsumerTables,
  type LaneRow,
  messagingTables,
  type ParkedRow,
  placeOf,
} from "./messaging-tables.ts";
import { addToAudit } from "./model-audit.ts";
import type { ModelDatabase, OpenTransaction } from "./model-client.ts";
import { changeLetter } from "./model-dead-letters.ts";
import { laneOf, modelInboxTransaction } from "./model-inbox-transaction.ts";
import type { ModelTransaction } from "./model-transaction.ts";

/** How a service's stores and locks are bound to a transaction of the model. */
export type BindModelUnit<S> = (tx: OpenTransaction) => ServiceUnit<S>;

/** A consumer's store in its service's database, as `postgresInbox` has it. */
export function modelInbox<S>(
  db: ModelDatabase,
  consumer: string,
  bind: BindModelUnit<S>,
): InboxStore<S> {
  const { server } = db;
  const tables = messagingTables(server).consumer(consumer);
  const { lanes, parked, attempts } = tables;

  return {
    consumer,
    transaction: (work) =>
      db.transaction((tx) => work(modelInboxTransaction(tx, consumer, bind(tx)))),
    ping: () => db.run("inbox.ping", () => undefined),

    settled: (messages) =>
      db.run(
        "inbox.settled",
        (tx) => new Set(messages.filter((message) => isSettled(tx, tables, message))),
      ),

    markStarted: (eventId) =>
      db.run("inbox.markStarted", (tx) => {
        tx.lock(attempts, eventId);
        const row = tx.get(attempts, eventId) ?? noAttempts(eventId);
        const marked = started(row, tx);
        tx.put(attempts, eventId, marked);
        return marked.abandoned;
      }),

    clearStarted: (eventId) =>
      db.run("inbox.clearStarted", (tx) => {
        const row = tx.get(attempts, eventId);
        if (row) tx.put(attempts, eventId, { ...row, startedAt: null });
      }),

    recordFailure: (eventId, error) =>
      db.run("inbox.recordFailure", (tx) => {
        tx.lock(attempts, eventId);
        const row = failed(tx.get(attempts, eventId) ?? noAttempts(eventId), error, tx);
        tx.put(attempts, eventId, row);
        return row;
      }),

    markParkedStarted: (key, version) =>
      db.run("inbox.markParkedStarted", (tx) => {
        const place = placeOf(key, version);
        const row = tx.get(parked, place);
        if (!row || !isDue(row, tx)) return undefined;
        const marked = started(row, tx);
        tx.put(parked, place, marked);
        return toParked(marked);
      }),

    endParkedRun: (key, version, { error, retryInMs }) =>
      db.run("inbox.endParkedRun", (tx) => {
        const place = placeOf(key, version);
        const row = tx.get(parked, place);
        if (!row) return;
        const ended = error === undefined ? { ...row, startedAt: null } : failed(row, error, tx);
        tx.put(parked, place, { ...ended, retryAt: new Date(tx.startedMs + retryInMs) });
      }),

    heads: (limit, afterKey) =>
      db.run("inbox.heads", (tx) => {
        const heads: ParkedRow[] = [];
        for (const lane of lanesWaiting(tx, tables).sort(byKey)) {
          if (lane.key <= afterKey || lane.blocked) continue;
          const head = tx.get(parked, placeOf(lane.key, lane.version + 1));
          if (head && isDue(head, tx)) heads.push(head);
          if (heads.length === limit) break;
        }
        return heads.map(toParked);
      }),

    gaps: ({ waitedMs, roomBelow, limit }) =>
      db.run("inbox.gaps", (tx) => {
        const before = tx.startedMs - waitedMs;
        const found = lanesWaiting(tx, tables).filter(
          (lane) =>
            !lane.blocked &&
            (waitsSince(tx, tables, { lane, before }) || (lane.behind && lane.waiting < roomBelow)),
        );
        found.sort((a, b) => a.movedAt.getTime() - b.movedAt.getTime());
        return found.slice(0, limit).map(laneOf);
      }),

    trouble: () =>
      db.run("inbox.trouble", (tx) => {
        const waiting = lanesWaiting(tx, tables);
        return {
          stuck: waiting.filter(({ stuck, blocked }) => stuck && !blocked).length,
          behind: waiting.filter(({ behind }) => behind).length,
        };
      }),

    findLane: (key) =>
      db.run("inbox.findLane", (tx) => {
        const lane = tx.get(lanes, key);
        return lane && laneOf(lane);
      }),
    caughtUp: (key, upTo) =>
      db.run("inbox.caughtUp", (tx) => {
        const lane = tx.get(lanes, key);
        if (lane && lane.leftUpTo <= upTo) tx.put(lanes, key, { ...lane, behind: false });
      }),
    markStuck: (key, version) =>
      db.run("inbox.markStuck", (tx) => {
        const lane = tx.get(lanes, key);
        const isParked = tx.get(parked, placeOf(key, version + 1)) !== undefined;
        const marks = lane?.version === version && !lane.blocked && !isParked;
        if (marks) tx.put(lanes, key, { ...lane, stuck: true });
        return marks;
      }),

    findDeadLetter: (id) => db.run("inbox.findDeadLetter", (tx) => tx.get(tables.deadLetters, id)),
    recordRedriveFailure: (seen, error, entry) =>
      db.run("inbox.recordRedriveFailure", (tx) => {
        changeLetter(tx, tables, { seen, state: "dead" }, (letter) => ({
          ...letter,
          attempts: letter.attempts + 1,
          error,
          lastFailedAt: tx.now,
        }));
        addToAudit(tx, server, entry);
      }),
  };
}

function isSettled(
  tx: ModelTransaction,
  tables: ConsumerTables,
  { eventId, lane: place }: Settleable,
): boolean {
  if (!place) return tx.get(tables.inbox, eventId) !== undefined;
  const { key, version } = place;
  if (tx.get(tables.parked, placeOf(key, version))) return true;
  const lane = tx.get(tables.lanes, key);
  if (!lane) return false;
  return lane.version >= version || (lane.blocked && lane.version + 1 === version);
}

/** Whether the lane waits for a version that is not parked, and has for long. */
function waitsSince(
  tx: ModelTransaction,
  tables: ConsumerTables,
  { lane, before }: { readonly lane: LaneRow; readonly before: number },
): boolean {
  const { key, version, stuck, waiting, movedAt } = lane;
  if (stuck || waiting === 0 || movedAt.getTime() >= before) return false;
  if (tx.get(tables.parked, placeOf(key, version + 1))) return false;
  for (const row of tx.rows(tables.parked)) {
    if (row.key === key && row.parkedAt.getTime() < before) return true;
  }
  return false;
}

function lanesWaiting(tx: ModelTransaction, { lanes }: ConsumerTables): LaneRow[] {
  return [...tx.rows(lanes)].filter(({ waiting, behind }) => waiting > 0 || behind);
}

const isDue = ({ retryAt }: ParkedRow, tx: ModelTransaction): boolean =>
  retryAt === null || retryAt.getTime() <= tx.startedMs;

const noAttempts = (eventId: string): AttemptsRow => ({
  eventId,
  attempts: 0,
  startedAt: null,
  abandoned: 0,
  error: null,
  firstFailedAt: null,
  lastFailedAt: null,
});

type Tries = Pick<AttemptsRow, "attempts" | "startedAt" | "abandoned" | "firstFailedAt">;

/** A mark that is found standing was left behind. */
function started<R extends Tries>(row: R, tx: ModelTransaction): R {
  const abandoned = row.abandoned + (row.startedAt === null ? 0 : 1);
  return { ...row, abandoned, startedAt: tx.now };
}

function failed<R extends Tries>(row: R, error: string, tx: ModelTransaction): R {
  return {
    ...row,
    attempts: row.attempts + 1,
    error,
    startedAt: null,
    firstFailedAt: row.firstFailedAt ?? tx.now,
    lastFailedAt: tx.now,
  };
}

const toParked = ({
  parkedAt: _,
  retryAt: __,
  startedAt: ___,
  ...row
}: ParkedRow): ParkedMessage => ({
  ...row,
  retryInMs: 0,
});

const byKey = (a: { readonly key: string }, b: { readonly key: string }) =>
  a.key < b.key ? -1 : 1;
