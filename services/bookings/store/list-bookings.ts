import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";
import type { Database } from "@app/platform/postgres.ts";
import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Booking } from "../domain/booking.ts";
import type { ListRequest } from "../domain/list-request.ts";
import { bookingOf } from "./booking-row.ts";
import { bookings } from "./tables.ts";

export interface BookingPage {
  readonly bookings: readonly Booking[];
  readonly nextCursor: string | undefined;
}

/**
 * One page of bookings, newest first by `(created_at, id)`. Bookings that come meanwhile stand before
 * the first page, so pages neither repeat nor leave out what was there when the first was read.
 */
export async function listBookings(
  { q }: Database,
  { userId, eventId, cursor, limit }: ListRequest,
): Promise<BookingPage> {
  const rows = await q
    .select()
    .from(bookings)
    .where(
      and(
        userId === undefined ? undefined : eq(bookings.userId, userId),
        eventId === undefined ? undefined : eq(bookings.eventId, eventId),
        cursor === undefined ? undefined : after(cursor),
      ),
    )
    .orderBy(desc(bookings.createdAt), desc(bookings.id))
    // One more than asked for tells whether another page follows.
    .limit(limit + 1);
  const shown = rows.slice(0, limit).map(bookingOf);
  const last = shown.at(-1);
  return {
    bookings: shown,
    nextCursor: rows.length > limit && last ? cursorOf(last) : undefined,
  };
}

const PLACE = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** Years of five digits are written in a form that Postgres does not read. */
const TIME_MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const cursorOf = ({ createdAt, id }: Booking) => cursorAt(`${createdAt.getTime()}.${id}`);

function after(cursor: string): SQL {
  const [, digits, id] = PLACE.exec(placeOf(cursor)) ?? [];
  if (digits === undefined || id === undefined) throw invalidCursor();
  const ms = Number(digits);
  if (ms > TIME_MAX_MS) throw invalidCursor();
  return sql`(${bookings.createdAt}, ${bookings.id}) < (${new Date(ms).toISOString()}::timestamptz, ${id}::uuid)`;
}
