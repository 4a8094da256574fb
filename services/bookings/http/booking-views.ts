import { z } from "zod";
import type { Booking, Hold } from "../domain/booking.ts";
import { type EventOnSale, seatsLeft } from "../domain/event.ts";

const instant = z.iso.datetime();
const count = z.number().int().min(0);
const seats = z.number().int().positive();

/** A booking as its customer sees it. Fields that do not apply to its status are left out. */
export const BookingView = z.object({
  id: z.uuid(),
  eventId: z.uuid(),
  /** What the event was called when it was booked. */
  eventName: z.string(),
  userId: z.string(),
  seats,
  status: z.enum(["CONFIRMED", "CANCELLED", "USED"]),
  reason: z.string().optional(),
  createdAt: instant,
  cancelledAt: instant.optional(),
  usedAt: instant.optional(),
});

export type BookingView = z.infer<typeof BookingView>;

export const BookingListView = z.object({
  bookings: z.array(BookingView),
  /** Asks for the page after this one; null on the last page. */
  nextCursor: z.string().nullable(),
});

export const HoldView = z.object({
  id: z.uuid(),
  eventId: z.uuid(),
  userId: z.string(),
  seats,
  state: z.enum(["OPEN", "CONFIRMED", "RELEASED", "EXPIRED"]),
  createdAt: instant,
  expiresAt: instant,
  /** What came of it, once it is confirmed. */
  bookingId: z.uuid().optional(),
});

/** A hold, and by the clock that ends it the time at which it was read. */
export const SeenHoldView = HoldView.extend({ now: instant });

export const AvailabilityView = z.object({
  /** More than what is booked and held, or what was sold before the organiser made it less. */
  capacity: count,
  booked: count,
  held: count,
  left: count,
});

export function viewOf(booking: Booking): BookingView {
  const { id, eventId, eventName, userId, status, createdAt } = booking;
  return {
    id,
    eventId,
    eventName,
    userId,
    seats: booking.seats,
    status,
    createdAt: createdAt.toISOString(),
    ...(status === "USED" ? { usedAt: booking.usedAt.toISOString() } : {}),
    ...(status === "CANCELLED"
      ? { reason: booking.reason, cancelledAt: booking.cancelledAt.toISOString() }
      : {}),
  };
}

export function holdViewOf(hold: Hold): z.infer<typeof HoldView> {
  const { id, eventId, userId, state, createdAt, expiresAt, bookingId } = hold;
  return {
    id,
    eventId,
    userId,
    seats: hold.seats,
    state,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(bookingId === undefined ? {} : { bookingId }),
  };
}

export function availabilityOf({ seats }: EventOnSale): z.infer<typeof AvailabilityView> {
  return { ...seats, left: seatsLeft(seats) };
}
