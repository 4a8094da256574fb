import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { asc, eq, sql } from "drizzle-orm";
import { bookedSeats } from "./tables.ts";
import { uuids } from "./texts.ts";

/** What handlers of bookings' messages may do, in their batch's transaction. */
export interface EventsStores {
  readonly seats: SeatsStore;
}

export interface SeatsStore {
  /**
   * Counts seats of an event as booked, or with a negative number as free again. The event need not
   * be known: its own news may come later. The row must have been locked.
   */
  count(eventId: string, seats: number): Promise<void>;
}

const TABLE = "booked_seats";

export function eventsUnit(tx: Transaction): ServiceUnit<EventsStores> {
  const locked = new Set<string>();

  return {
    stores: {
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
      const ids = [...new Set(rows.map(eventIdOf))].toSorted();
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

function eventIdOf({ table, key }: RowRef): string {
  if (table !== TABLE) throw new Error(`events has no table ${table} that messages change`);
  return key;
}
