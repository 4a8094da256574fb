import type { Undecided } from "@app/platform/messaging/ops-overview.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { orders } from "./tables.ts";

/** An order is decided within a second; one that takes this long waits for something. */
const STUCK_AFTER_MS = 60_000;
/** More are not counted one by one. */
const COUNT_MAX = 1_000;

/** The orders that wait for much longer than an order does, read by the index of the undecided. */
export async function undecidedOrders({ q }: Pick<Database, "q">): Promise<Undecided> {
  const [row] = await q.execute<{ count: string; id: string | null; since: string | null }>(sql`
    select count(*) as count, (array_agg(id order by created_at, id))[1] as id,
      extract(epoch from min(created_at)) * 1000 as since
    from (
      select ${orders.id} as id, ${orders.createdAt} as created_at from ${orders}
      where ${orders.status} = 'PENDING'
        and ${orders.createdAt} < now() - make_interval(secs => ${STUCK_AFTER_MS / 1_000}::float8)
      order by ${orders.createdAt}, ${orders.id} limit ${COUNT_MAX}
    ) waiting`);
  const count = Number(row?.count ?? 0);
  const { id = null, since = null } = row ?? {};
  return {
    what: "orders",
    afterMs: STUCK_AFTER_MS,
    count,
    atLeast: count === COUNT_MAX,
    oldest:
      id === null || since === null
        ? undefined
        : { key: `order/${id}`, since: new Date(Number(since)) },
  };
}
