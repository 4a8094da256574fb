import type { Clock } from "@app/platform/clock.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Booking } from "../domain/booking.ts";
import type { ProjectionFreshness } from "./projection-freshness.ts";
import type { Tickets } from "./tickets.ts";

/** Hears of each new booking once it is committed, and of a repeated request never. */
export type BookedListener = (booking: Booking) => void;

/** What both doors need to answer calls. */
export interface BookingsApi {
  readonly db: Database;
  readonly freshness: ProjectionFreshness;
  readonly tickets: Tickets;
  /** How long seats are held. */
  readonly holdMs: number;
  /** How many open holds one customer may have. */
  readonly holdsMax: number;
  readonly booked: BookedListener;
  readonly clock: Clock;
}

export interface OnceOptions {
  readonly idempotencyKey?: string | undefined;
}

export interface OwnedOptions {
  /** The one user whose things may be seen and changed; undefined for everybody's. */
  readonly ownedBy: string | undefined;
}
