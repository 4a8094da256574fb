interface BookingCore {
  /** A UUID. */
  readonly id: string;
  readonly eventId: string;
  /** What the event was called when it was booked. */
  readonly eventName: string;
  readonly userId: string;
  readonly seats: number;
  readonly createdAt: Date;
}

/** Seats of an event that somebody has for good, unless the booking is cancelled. */
export type Booking =
  | (BookingCore & { readonly status: "CONFIRMED" })
  | (BookingCore & { readonly status: "USED"; readonly usedAt: Date })
  | (BookingCore & {
      readonly status: "CANCELLED";
      readonly reason: string;
      readonly cancelledAt: Date;
    });

export type BookingStatus = Booking["status"];

/** OPEN becomes one of the others, once: by confirming, by letting go, or by the database's clock. */
export type HoldState = "OPEN" | "CONFIRMED" | "RELEASED" | "EXPIRED";

/** Seats of an event that are set aside for a while. */
export interface Hold {
  /** A UUID. */
  readonly id: string;
  readonly eventId: string;
  readonly userId: string;
  readonly seats: number;
  readonly state: HoldState;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  /** What came of it, once it is CONFIRMED. */
  readonly bookingId: string | undefined;
}

/** The version under which a booking is announced first; it ends once, one way or the other. */
export const BOOKED_VERSION = 1;
export const CANCELLED_VERSION = 2;
export const USED_VERSION = 2;
