import type { Clock } from "@app/platform/clock.ts";
import { brokerSeen, outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Database } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import { timeOutOrder } from "../domain/cancel-order.ts";
import { changeOrder } from "./change-order.ts";
import { orders } from "./tables.ts";
import type { OrderListener } from "./unit.ts";

/** How deadlines are kept. */
export interface DeadlineSettings {
  readonly db: Database;
  /** For orders without a deadline of their own. */
  readonly deadlineMs: number;
  readonly changed: OrderListener;
  readonly clock: Clock;
}

export interface Deadlines {
  readonly deadlineMs: number;
  /** How many orders one call times out at most. */
  readonly limit: number;
  readonly changed?: OrderListener;
}

const LOOK_EVERY_MS = 1_000;
const AT_ONCE_MAX = 100;

/** A broker that was silent for longer was away, whatever the deadline. */
const SILENCE_MAX_MS = 15_000;

/**
 * How long the broker counts as answering after it last answered a publish. Less than a deadline, or
 * an outage as long as one would go unnoticed and cancel the orders that it delayed.
 */
export const brokerSilenceMs = (deadlineMs: number) => Math.min(SILENCE_MAX_MS, deadlineMs / 2);

/**
 * Times out overdue orders until `signal` aborts. The clock only wakes it; whether an order is
 * overdue is the database's to say.
 */
export async function keepDeadlines(
  { db, deadlineMs, changed, clock }: DeadlineSettings,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const timedOut = await timeOutOrders(db, { deadlineMs, limit: AT_ONCE_MAX, changed });
    if (timedOut < AT_ONCE_MAX) await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/**
 * Times out orders that are undecided past their deadline, each in a transaction of its own, and
 * returns how many were.
 *
 * The database's clock alone judges, and it counts from when the broker had the order's first
 * message or from the broker's last return, whichever is later, and only while the broker answers:
 * an outage of the broker, however long, delays orders and cancels none. A message whose record is
 * gone was sent long ago; then the order's own age counts.
 */
export async function timeOutOrders(db: Database, deadlines: Deadlines): Promise<number> {
  const { changed = () => undefined } = deadlines;
  let timedOut = 0;
  for (const { id, at } of await overdueOrders(db, deadlines)) {
    let decided = false;
    const order = await changeOrder(db, id, (order) => {
      const decision = timeOutOrder(order, at);
      decided = decision.facts.length > 0;
      return decision;
    });
    if (!decided) continue;
    timedOut += 1;
    changed(order);
  }
  return timedOut;
}

interface OverdueOrder {
  readonly id: bigint;
  /** Now, by the database. */
  readonly at: Date;
}

/** The oldest orders that are undecided so long after their deadline that they should be timed out. */
export async function overdueOrders(
  db: Database,
  { deadlineMs, limit, graceMs = 0 }: Deadlines & { readonly graceMs?: number },
): Promise<readonly OverdueOrder[]> {
  const answeredAfter = sql`now() - ${brokerSilenceMs(deadlineMs)} * interval '1 millisecond'`;
  const common = sql`${deadlineMs + graceMs} * interval '1 millisecond'`;
  const rules = { answeredAfter, limit };
  const own = sql`(${orders.deadlineSeconds} + ${graceMs / 1000}::float8) * interval '1 second'`;
  const rows = await db.q.execute<{ id: string; at: string }>(sql`
    select id, date_trunc('milliseconds', now()) as at from (
      (${overdue({ deadline: common, which: sql`${orders.deadlineSeconds} is null`, ...rules })})
      union all
      (${overdue({ deadline: own, which: sql`${orders.deadlineSeconds} is not null`, ...rules })})
    ) as overdue
    limit ${limit}`);
  return rows.map(({ id, at }) => ({ id: BigInt(id), at: new Date(at) }));
}

interface Overdue {
  readonly deadline: SQL;
  /** Which orders have that deadline. */
  readonly which: SQL;
  /** A broker that answered since then is not away. */
  readonly answeredAfter: SQL;
  readonly limit: number;
}

/**
 * The oldest overdue orders. Age is the cheap sieve and reads the index; only what passes it, in
 * healthy times nothing, is looked up among the sent messages, and only what is not found there
 * among the unsent, which are read once for all of them.
 */
function overdue({ deadline, which, answeredAfter, limit }: Overdue): SQL {
  const key = sql`'order/' || ${orders.id}`;
  return sql`
    select ${orders.id} as id
    from ${orders}
    join ${brokerSeen} on ${brokerSeen.seenAt} > ${answeredAfter}
    left join lateral (
      select max(${outboxSent.sentAt}) as at from ${outboxSent}
      where ${outboxSent.key} = ${key} and ${outboxSent.version} = 1
    ) as sent on true
    where ${orders.status} = 'PENDING' and ${which}
      and ${orders.createdAt} <= now() - ${deadline}
      and ${brokerSeen.returnedAt} <= now() - ${deadline}
      and case
        when sent.at is not null then sent.at <= now() - ${deadline}
        else ${key} not in (select ${outbox.key} from ${outbox} where ${outbox.version} = 1)
      end
    order by ${orders.createdAt}, ${orders.id}
    limit ${limit}`;
}
