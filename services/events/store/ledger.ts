import { invalidCursor } from "@app/platform/cursor.ts";
import type { Ledger, LedgerRow } from "@app/platform/messaging/invariant.ts";
import { desc, lt, sql } from "drizzle-orm";
import { idOf } from "../domain/id.ts";
import { bookedSeats, events } from "./tables.ts";
import { uuids } from "./texts.ts";

/** Events as the projection in bookings is compared with them, the newest first: `v3 40 seats`. */
export const eventsLedger: Ledger = {
  name: "events",

  async page({ q }, { after, limit }) {
    const rows = await q
      .select(eventLine)
      .from(events)
      .where(after === undefined ? undefined : lt(events.id, idIn(after)))
      .orderBy(desc(events.id))
      .limit(limit);
    return rows.map(eventRow);
  },

  async find({ q }, ids) {
    const rows = await q
      .select(eventLine)
      .from(events)
      .where(sql`${events.id} = any(${uuids(ids.map(idIn))})`);
    return rows.map(eventRow);
  },
};

/** Seats that were heard to be booked, of events that had a booking ever: `12 seats`. */
export const bookedSeatsLedger: Ledger = {
  name: "booked-seats",

  async page({ q }, { after, limit }) {
    const rows = await q
      .select(seatsLine)
      .from(bookedSeats)
      .where(after === undefined ? undefined : lt(bookedSeats.eventId, idIn(after)))
      .orderBy(desc(bookedSeats.eventId))
      .limit(limit);
    return rows.map(seatsRow);
  },

  async find({ q }, ids) {
    const rows = await q
      .select(seatsLine)
      .from(bookedSeats)
      .where(sql`${bookedSeats.eventId} = any(${uuids(ids.map(idIn))})`);
    return rows.map(seatsRow);
  },
};

const eventLine = {
  id: events.id,
  state: events.status,
  version: events.version,
  capacity: events.capacity,
};

const seatsLine = { id: bookedSeats.eventId, seats: bookedSeats.seats };

function eventRow({
  id,
  state,
  version,
  capacity,
}: {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly capacity: number;
}): LedgerRow {
  return { id, state, content: `v${version} ${capacity} seats` };
}

function seatsRow({ id, seats }: { readonly id: string; readonly seats: number }): LedgerRow {
  return { id, state: "BOOKED", content: `${seats} seats` };
}

function idIn(text: string): string {
  const id = idOf(text);
  if (id === undefined) throw invalidCursor();
  return id;
}
