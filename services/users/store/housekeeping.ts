import type { Clock } from "@app/platform/clock.ts";
import type { Log } from "@app/platform/log.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { deleteEndedKeys } from "./signing-keys.ts";
import { attempts, sessions } from "./tables.ts";

export interface HousekeepingSettings {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

const everyMs = 60_000;
/** What one statement deletes, and how many follow each other in one round. */
const sliceMax = 1_000;
const slicesMax = 50;

/** Removes what is over, in bounded steps. Runs on the leader. */
export async function keepHouse(
  { db, clock, log }: HousekeepingSettings,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await removeWhatIsOver(db, signal).catch((err: unknown) =>
      log.error("housekeeping failed", { err }),
    );
    await clock.sleep(everyMs, signal);
  }
}

/** One round: sessions that have run out, counts whose time is over, keys that nobody accepts. */
export async function removeWhatIsOver(db: Database, signal: AbortSignal): Promise<void> {
  await deleteEndedKeys(db);
  for (const table of [attempts, sessions]) {
    for (let slices = 0; slices < slicesMax && !signal.aborted; slices += 1) {
      const deleted = await db.q.execute(sql`
        delete from ${table} where ctid = any(array(
          select ctid from ${table} where expires_at <= now() limit ${sliceMax}
          for update skip locked)) returning 1 as one`);
      if (deleted.length < sliceMax) break;
    }
  }
}
