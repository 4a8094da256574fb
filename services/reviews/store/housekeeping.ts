import type { Clock } from "@app/platform/clock.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { finishForgetting } from "./finish-forgetting.ts";
import { writers } from "./tables.ts";

const everyMs = 60_000;
const sliceMax = 1_000;

/** Removes counts whose day is over, so many at a time, and forgets who left. Runs on the leader. */
export async function keepHouse(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await db.q.execute(sql`
      delete from ${writers} where ctid = any(array(
        select ctid from ${writers} where since <= now() - interval '1 day' and left_at is null
        limit ${sliceMax} for update skip locked))`);
    await finishForgetting(db, signal);
    await clock.sleep(everyMs, signal);
  }
}
