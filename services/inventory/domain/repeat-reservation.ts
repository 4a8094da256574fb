import { Refusal } from "@app/platform/errors.ts";
import type { Line, Reservation } from "./reservation.ts";

/**
 * Answers a caller who reserves again under a key that is taken: with the reservation that is there
 * when it holds the same line. Another line is refused. So is a released one: its pieces are back
 * on the shelf, and taking them anew would let a late retry undo the release.
 */
export function repeatReservation(reservation: Reservation, { sku, quantity }: Line): Reservation {
  const [line] = reservation.lines;
  if (reservation.lines.length !== 1 || line?.sku !== sku || line.quantity !== quantity)
    throw new Refusal(
      "mismatch",
      "reservation_differs",
      "order_id has a reservation of another sku or quantity",
    );
  if (reservation.state === "RELEASED")
    throw new Refusal("conflict", "reservation_released", "reservation was released");
  return reservation;
}
