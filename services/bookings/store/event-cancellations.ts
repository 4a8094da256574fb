import type { Clock } from "@app/platform/clock.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import { CANCELLED_VERSION } from "../domain/booking.ts";
import { cancelledMessage } from "./messages.ts";
import { bookings, eventSeats, holds } from "./tables.ts";

const REASON = "event is cancelled";
const EVENTS_MAX = 20;
/** One transaction changes no more: the seats of their event are locked meanwhile. */
const AT_ONCE_MAX = 100;

/**
 * Cancels what is booked and held of events that will not take place, an event and a slice at a
 * time, and returns how many bookings and holds that were. Used bookings stay: they were used.
 */
export async function cancelForOrganisers(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  signal?: AbortSignal,
): Promise<number> {
  let done = 0;
  for (const eventId of await cancelledEvents(db)) {
    if (signal?.aborted) return done;
    done += await db.transaction((tx) => cancelSlice(tx, eventId, clock));
  }
  return done;
}

/** Cancelled events of which something is still confirmed or held. */
async function cancelledEvents({ q }: Database): Promise<readonly string[]> {
  const rows = await q
    .select({ id: eventSeats.eventId })
    .from(eventSeats)
    .where(
      and(
        isNotNull(eventSeats.cancelledAt),
        sql`${eventSeats.booked} + ${eventSeats.held} > 0`,
        sql`(exists (select from ${bookings} b where b.event_id = ${eventSeats.eventId}
            and b.status = 'CONFIRMED')
          or exists (select from ${holds} h where h.event_id = ${eventSeats.eventId}
            and h.state = 'OPEN'))`,
      ),
    )
    .limit(EVENTS_MAX);
  return rows.map(({ id }) => id);
}

async function cancelSlice(tx: Transaction, eventId: string, clock: Clock): Promise<number> {
  const { q } = tx;
  const [seat] = await q
    .select()
    .from(eventSeats)
    .where(and(eq(eventSeats.eventId, eventId), isNotNull(eventSeats.cancelledAt)))
    .for("no key update");
  // The organiser's newest word may be another one by now.
  if (!seat) return 0;

  const confirmed = await q
    .select()
    .from(bookings)
    .where(and(eq(bookings.eventId, eventId), eq(bookings.status, "CONFIRMED")))
    .orderBy(asc(bookings.id))
    .limit(AT_ONCE_MAX)
    .for("update");
  const open = await q
    .select({ id: holds.id, seats: holds.seats })
    .from(holds)
    .where(and(eq(holds.eventId, eventId), eq(holds.state, "OPEN")))
    .orderBy(asc(holds.id))
    .limit(AT_ONCE_MAX)
    .for("update");
  if (confirmed.length + open.length === 0) return 0;

  if (open.length > 0)
    await q
      .update(holds)
      .set({ state: "RELEASED", closedAt: sql`now()` })
      .where(sql`${holds.id} = any(${idsOf(open)}::uuid[])`);
  if (confirmed.length > 0)
    await q
      .update(bookings)
      .set({
        status: "CANCELLED",
        reason: REASON,
        endedAt: sql`now()`,
        version: CANCELLED_VERSION,
      })
      .where(sql`${bookings.id} = any(${idsOf(confirmed)}::uuid[])`);
  const booked = seat.booked - seatsOf(confirmed);
  const held = seat.held - seatsOf(open);
  await q
    .update(eventSeats)
    .set({ booked, held, capacity: Math.max(seat.announcedCapacity, booked + held) })
    .where(eq(eventSeats.eventId, eventId));
  const stating = { time: clock.now(), ids: randomMessageIds };
  await appendToOutbox(
    tx,
    confirmed.map((booking) => cancelledMessage(booking, REASON, stating)),
  );
  return confirmed.length + open.length;
}

const idsOf = (rows: readonly { readonly id: string }[]) => sql.param(rows.map(({ id }) => id));

const seatsOf = (rows: readonly { readonly seats: number }[]) =>
  rows.reduce((sum, { seats }) => sum + seats, 0);
