import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { asc, eq, sql } from "drizzle-orm";
import { lockRatings, type RatingsStore, ratingsStore } from "./event-ratings.ts";
import { bookedSeats } from "./tables.ts";
import { uuids } from "./texts.ts";

/** What handlers of messages may do, in their batch's transaction. */
export interface EventsStores {
  readonly seats: SeatsStore;
  readonly ratings: RatingsStore;
}

export interface SeatsStore {
  /**
   * Counts seats of an event as booked, or with a negative number as free again. The event need not
   * be known: its own news may come later. The row must have been locked.
   */
  count(eventId: string, seats: number): Promise<void>;
}

const TABLES = ["booked_seats", "event_ratings"] as const;

export function eventsUnit(tx: Transaction): ServiceUnit<EventsStores> {
  const locked = new Set<string>();

  return {
    stores: {
      ratings: ratingsStore(tx),
      seats: {
        async count(eventId, seats) {
          if (!locked.has(eventId)) throw new Error(`the seats of ${eventId} were not locked`);
          await tx.q
            .update(bookedSeats)
            .set({ seats: sql`${bookedSeats.seats} + ${seats}::int` })
            .where(eq(bookedSeats.eventId, eventId));
        },
      },
    },
    async lock(rows) {
      await lockRatings(tx, eventIdsOf(rows, "event_ratings"));
      const ids = eventIdsOf(rows, "booked_seats");
      if (ids.length === 0) return;
      await tx.q.execute(sql`
        insert into ${bookedSeats} (event_id) select unnest(${uuids(ids)}) order by 1
        on conflict do nothing`);
      await tx.q
        .select({ eventId: bookedSeats.eventId })
        .from(bookedSeats)
        .where(sql`${bookedSeats.eventId} = any(${uuids(ids)})`)
        .orderBy(asc(bookedSeats.eventId))
        .for("update");
      for (const id of ids) locked.add(id);
    },
  };
}

function eventIdsOf(rows: readonly RowRef[], table: (typeof TABLES)[number]): readonly string[] {
  const unknown = rows.find((row) => !TABLES.some((known) => known === row.table));
  if (unknown) throw new Error(`events has no table ${unknown.table} that messages change`);
  return [...new Set(rows.filter((row) => row.table === table).map(({ key }) => key))].toSorted();
}
