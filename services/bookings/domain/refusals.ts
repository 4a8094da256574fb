import { Refusal } from "@app/platform/errors.ts";
import type { Booking, Hold } from "./booking.ts";
import type { EventOnSale } from "./event.ts";

export const notEnoughSeats = () =>
  new Refusal("insufficient", "not_enough_seats", "not enough seats");

export const alreadyBooked = (options?: ErrorOptions) =>
  new Refusal("conflict", "already_booked", "already booked", options);

export const eventIsOver = () => new Refusal("conflict", "event_over", "event is over");

export const eventIsCancelled = () =>
  new Refusal("conflict", "event_cancelled", "event is cancelled");

export const unknownEvent = () => new Refusal("not_found", "unknown_event", "unknown event");

/** What is not there, and what is somebody else's, in the same words. */
export const notFound = () => new Refusal("not_found", "not_found", "not found");

export const holdExpired = () => new Refusal("conflict", "hold_expired", "hold expired");

/** `waitSeconds` from now the first of them is over. */
export const tooManyHolds = (holdsMax: number, waitSeconds: number) =>
  new Refusal(
    "limited",
    "too_many_holds",
    `open holds are limited to ${holdsMax}: confirm or release one first`,
    { details: { holdsMax }, retryAfterSeconds: Math.max(1, Math.ceil(waitSeconds)) },
  );

export const invalidTicket = (options?: ErrorOptions) =>
  new Refusal("invalid", "invalid_ticket", "invalid ticket", options);

/** Throws where so many seats of an event are not for sale at all, however many are left. */
export function requireOnSale({ event, isOver }: EventOnSale, seats: number): void {
  if (event.cancelled) throw eventIsCancelled();
  if (isOver) throw eventIsOver();
  if (seats <= event.seatsMax) return;
  throw new Refusal("invalid", "invalid_request", `seats must be at most ${event.seatsMax}`, {
    details: { field: "seats", seatsMax: event.seatsMax },
  });
}

/** Why an open hold could not be confirmed, or a closed one cannot be any more. */
export function closedHold({ state }: Hold): Refusal {
  if (state === "RELEASED") return new Refusal("conflict", "hold_released", "hold was released");
  if (state === "CONFIRMED")
    return new Refusal("conflict", "hold_confirmed", "hold is confirmed already");
  return holdExpired();
}

/** A ticket lets in once, and only while its booking stands. */
export function unusableTicket(booking: Booking): Refusal {
  return booking.status === "USED"
    ? alreadyUsed(booking.usedAt)
    : new Refusal("conflict", "booking_cancelled", "booking is cancelled");
}

export function alreadyUsed(usedAt: Date): Refusal {
  return new Refusal("conflict", "already_used", "already used", {
    details: { usedAt: usedAt.toISOString() },
  });
}
