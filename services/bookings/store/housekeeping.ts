import type { Clock } from "@app/platform/clock.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { cancelForOrganisers } from "./event-cancellations.ts";
import { eventsWithExpiredHolds, expireHoldsOf } from "./expire-holds.ts";
import { holds } from "./tables.ts";

const LOOK_EVERY_MS = 1_000;
const EVENTS_MAX = 50;
/** Rounds without a pause; each changes at most so much as its statements do. */
const ROUNDS_MAX = 20;
/** How long a closed hold says what became of it. */
const CLOSED_KEEP = sql`interval '7 days'`;
const CLOSED_MAX = 1_000;

interface Keeping {
  readonly db: Database;
  readonly clock: Clock;
}

/** Frees the seats of holds whose time is over. Whoever needs such seats sooner frees them too. */
export async function keepHolds({ db, clock }: Keeping, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const eventId of await eventsWithExpiredHolds(db, EVENTS_MAX)) {
      if (signal.aborted) return;
      for (let rounds = 0; rounds < ROUNDS_MAX && (await expireHoldsOf(db, eventId)); rounds += 1);
    }
    await forgetClosed(db);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Cancels what was booked of events that their organisers cancel. */
export async function keepCancellations(keeping: Keeping, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const cancelled = await cancelForOrganisers(keeping, signal);
    if (cancelled === 0) await keeping.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function forgetClosed({ q }: Database): Promise<void> {
  await q.execute(sql`
    delete from ${holds} where id in (
      select id from ${holds} where state <> 'OPEN' and closed_at < now() - ${CLOSED_KEEP}
      order by closed_at limit ${CLOSED_MAX})`);
}
