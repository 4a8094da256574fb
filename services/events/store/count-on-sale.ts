import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { SPAN_MAX_MS } from "../domain/event.ts";
import { events } from "./tables.ts";

/** How many events take place and are not over, by the database's clock. */
export async function countOnSale(db: Database): Promise<number> {
  const [row] = await db.q.execute<{ count: string }>(sql`
    select count(*) from ${events}
    where ${events.startsAt} > now() - make_interval(secs => ${SPAN_MAX_MS / 1_000}::float8)
      and ${events.endsAt} > now() and ${events.status} = 'SCHEDULED'`);
  return Number(row?.count ?? 0);
}
