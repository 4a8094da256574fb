/** Who reserved: an order by its message, or a caller of ReserveStock. */
export type ReservationSource = "order" | "rpc";

/** What a reservation is known by. An order and a caller with the same number never meet. */
export interface ReservationKey {
  readonly source: ReservationSource;
  readonly ref: string;
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/** A line at the price of the moment it was reserved. */
export interface PricedLine extends Line {
  readonly priceCents: number;
}

interface Known extends ReservationKey {
  /** Counts the messages announced about it. */
  readonly version: number;
}

/** All lines are set aside (RESERVED), or taken for good (CONSUMED). */
export interface HeldReservation extends Known {
  readonly state: "RESERVED" | "CONSUMED";
  readonly lines: readonly PricedLine[];
  readonly totalCents: number;
}

/** Everything is back on the shelf. Without lines it was released before it was ever reserved. */
export interface ReleasedReservation extends Known {
  readonly state: "RELEASED";
  readonly lines: readonly PricedLine[];
  readonly totalCents: number;
}

/** Nothing was set aside, not even the lines that were there. */
export interface RejectedReservation extends Known {
  readonly state: "REJECTED";
  readonly lines: readonly Line[];
  readonly reason: string;
  /** Every sku that was unknown or too few, in the order of the lines. */
  readonly missing: readonly string[];
}

/** One row with all its lines, and one state for all of them. */
export type Reservation = HeldReservation | ReleasedReservation | RejectedReservation;

export type ReservationState = Reservation["state"];

export const reservationId = ({ source, ref }: ReservationKey): string => `${source}/${ref}`;

export const orderReservation = (orderId: bigint): ReservationKey => ({
  source: "order",
  ref: String(orderId),
});

/** `ref` is an id that the caller chose, or one made for a caller who chose none. */
export const callersReservation = (ref: string): ReservationKey => ({ source: "rpc", ref });
