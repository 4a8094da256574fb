import { sql } from "drizzle-orm";
import { seatsLeft } from "../domain/event.ts";
import { bookSeats } from "./book-seats.ts";
import type { BookingsApi } from "./bookings-api.ts";
import { readEvent } from "./find-event.ts";
import { eventView, eventViewState } from "./tables.ts";

const LOOK_EVERY_MS = 1_000;
/** The demo's events, by words in their names, and how many seats are to be left of each. */
const wanted = [
  { name: "%nearly full%", left: 2 },
  { name: "%sold out%", left: 0 },
] as const;
const SEATS_MAX = 4;
const BOOKINGS_MAX = 200;

/**
 * Books the demo's events up to what is to be left of them, as soon as they are heard of, and then
 * waits to be stopped. Each booking has an Idempotency-Key, so that a restart books nothing twice.
 */
export async function bookDemoSeats(api: BookingsApi, signal: AbortSignal): Promise<void> {
  const open = new Set(wanted);
  while (!signal.aborted) {
    for (const one of open) if (await bookUpTo(api, one)) open.delete(one);
    await api.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Whether the event is there. */
async function bookUpTo(
  api: BookingsApi,
  { name, left }: (typeof wanted)[number],
): Promise<boolean> {
  const [row] = await api.db.q.execute<{ id: string }>(sql`
    select v.event_id as id from ${eventView} v join ${eventViewState} s on s.live = v.generation
    where v.name ilike ${name}::text and not v.cancelled and v.ends_at > now()
    order by v.event_id limit 1`);
  if (!row) return false;
  for (let nth = 1; nth <= BOOKINGS_MAX; nth += 1) {
    const sale = await readEvent(api.db, row.id);
    const free = sale ? seatsLeft(sale.seats) - left : 0;
    if (!sale || free <= 0) return true;
    const seats = Math.min(SEATS_MAX, free, sale.event.seatsMax);
    const request = { seats, userId: `demo-${nth}` };
    await bookSeats(api, row.id, request, { idempotencyKey: `demo/${row.id}/${nth}` });
  }
  return true;
}
