import type { Booking, Hold } from "../domain/booking.ts";
import type { bookings, holds } from "./tables.ts";

export type BookingRow = typeof bookings.$inferSelect;
export type HoldRow = typeof holds.$inferSelect;

/** The booking of a row. Throws where the row breaks a rule that the schema holds. */
export function bookingOf(row: BookingRow): Booking {
  const { id, eventId, eventName, userId, seats, createdAt, status } = row;
  const core = { id, eventId, eventName, userId, seats, createdAt };
  if (status === "CONFIRMED") return { ...core, status };

  const endedAt = known(row.endedAt, row, "ended_at");
  if (status === "USED") return { ...core, status, usedAt: endedAt };
  return { ...core, status, reason: known(row.reason, row, "reason"), cancelledAt: endedAt };
}

export function holdOf(row: HoldRow): Hold {
  const { id, eventId, userId, seats, state, expiresAt, createdAt, bookingId } = row;
  return {
    id,
    eventId,
    userId,
    seats,
    state,
    expiresAt,
    createdAt,
    bookingId: bookingId ?? undefined,
  };
}

function known<T>(value: T | null, { id }: BookingRow, column: string): T {
  if (value === null) throw new Error(`booking ${id} is stored without ${column}`);
  return value;
}
