import { brokerSeen, deadLetters, outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { brokerSilenceMs } from "./deadlines.ts";
import { decodeCursor, encodeCursor } from "./order-cursor.ts";
import { fromRow, type OrderRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/** Counting a long queue to its end would take as long as the queue is long. */
const COUNTED_MAX = 10_000;
const RECENT_MAX = 1_000;

export interface OpenOrder {
  readonly order: ReturnType<typeof fromRow>;
  readonly waitsFor: "outbox" | "answer" | "dead_letter";
  /** Null while the broker has not had its message or is away: then nothing is timed out. */
  readonly deadlineAt: Date | null;
  readonly deadLetterId: number | null;
}

export interface OpenOrders {
  /** Now, by the database. */
  readonly at: Date;
  readonly orders: readonly OpenOrder[];
  readonly nextCursor: string | undefined;
}

interface Page {
  readonly deadlineMs: number;
  readonly cursor: string | undefined;
  readonly limit: number;
}

/**
 * One page of the undecided orders, oldest first, with what this service knows of what each waits
 * for, and when it is timed out by the rule of `timeOutOrders`.
 */
export async function listOpenOrders(
  { q }: Database,
  { deadlineMs, cursor, limit }: Page,
): Promise<OpenOrders> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const beyond =
    after === undefined
      ? sql`true`
      : sql`(${orders.createdAt}, ${orders.id}) > (${after.createdAt.toISOString()}::timestamptz, ${after.id}::bigint)`;
  const rows = await q
    .select({
      row: orders,
      at: sql`date_trunc('milliseconds', now())`.mapWith(orders.createdAt),
      sentAt: sql`(${sentAt})`.mapWith(outboxSent.sentAt),
      hasUnsent: sql<boolean>`exists (select from ${outbox})`,
      returnedAt: sql`(select ${brokerSeen.returnedAt} from ${brokerSeen}
        where ${brokerSeen.seenAt} > now() - ${brokerSilenceMs(deadlineMs)} * interval '1 millisecond')`.mapWith(
        brokerSeen.returnedAt,
      ),
      deadLetterId: sql<string | null>`(select d.id from ${deadLetters} d
        where d.consumer = 'orders-service' and d.state = 'dead'
          and d.key = 'reservation/' || ${sql.raw('"orders"."id"')} limit 1)`,
    })
    .from(orders)
    .where(sql`${orders.status} = 'PENDING' and ${beyond}`)
    .orderBy(orders.createdAt, orders.id)
    .limit(limit + 1);

  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1)?.row : undefined;
  return {
    at: rows[0]?.at ?? (await databaseNow(q)),
    orders: page.map((found) => openOrder(found, deadlineMs)),
    nextCursor: last && encodeCursor(last),
  };
}

/** When the broker had its first message. Written apart: Drizzle leaves the table's name out of columns. */
const sentAt = sql`select max(s.sent_at) from ${outboxSent} s
  where s.key = 'order/' || ${sql.raw('"orders"."id"')} and s.version = 1`;

async function databaseNow(q: Database["q"]): Promise<Date> {
  const [row] = await q.execute<{ at: string }>(
    sql`select date_trunc('milliseconds', now()) as at`,
  );
  return new Date(row?.at ?? Date.now());
}

interface Found {
  readonly row: OrderRow;
  readonly sentAt: Date | null;
  readonly hasUnsent: boolean;
  readonly returnedAt: Date | null;
  readonly deadLetterId: string | null;
}

function openOrder(
  { row, sentAt, hasUnsent, returnedAt, deadLetterId }: Found,
  deadlineMs: number,
): OpenOrder {
  // A record of sending is kept for days; where none is and nothing waits, it was sent long ago.
  const isUnsent = sentAt === null && hasUnsent;
  const ownMs = row.deadlineSeconds === null ? deadlineMs : row.deadlineSeconds * 1_000;
  const from = [row.createdAt, sentAt, returnedAt].flatMap((each) => each?.getTime() ?? []);
  const runs = !isUnsent && returnedAt !== null;
  return {
    order: fromRow(row),
    waitsFor: isUnsent ? "outbox" : deadLetterId === null ? "answer" : "dead_letter",
    deadlineAt: runs ? new Date(Math.max(...from) + ownMs) : null,
    deadLetterId: deadLetterId === null ? null : Number(deadLetterId),
  };
}

export interface OpenOrdersCount {
  /** Of the undecided ones, in seconds. */
  readonly ages: readonly number[];
  /** There are more: so many were looked at. */
  readonly atLeast: boolean;
  readonly oldestAt: Date | null;
  /** The states of the newest orders. */
  readonly recent: readonly { readonly state: string; readonly count: number }[];
}

/** How long the undecided orders are undecided, and how the newest ended. */
export async function countOpenOrders({ q }: Database): Promise<OpenOrdersCount> {
  const [open] = await q.execute<{ ages: number[] | null; oldest: string | null }>(sql`
    select array_agg(age) as ages, min(created_at) as oldest
    from (
      select created_at, floor(extract(epoch from now() - created_at))::int as age from ${orders}
      where ${orders.status} = 'PENDING' order by created_at, id limit ${COUNTED_MAX}
    ) as open`);
  const recent = await q.execute<{ state: string; count: string }>(sql`
    select status as state, count(*) as count
    from (select status from ${orders} order by created_at desc, id desc limit ${RECENT_MAX}) as newest
    group by status order by status`);

  const ages = (open?.ages ?? []).map(Number);
  return {
    ages,
    atLeast: ages.length === COUNTED_MAX,
    oldestAt: open?.oldest ? new Date(open.oldest) : null,
    recent: recent.map(({ state, count }) => ({ state, count: Number(count) })),
  };
}
