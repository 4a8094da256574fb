/** What bookings has to know of an event, as its organiser announced it last. */
export interface Event {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** How many seats the organiser wants sold at most. */
  readonly capacity: number;
  /** How many seats one booking may take. */
  readonly seatsMax: number;
  /** Whether nobody may have more than one active booking. */
  readonly oneBookingEach: boolean;
  readonly cancelled: boolean;
}

/**
 * The seats of an event. `capacity` is what the organiser announced, or more where more was sold
 * before: it shrinks as seats are given back, and until then nothing is sold.
 */
export interface Seats {
  readonly capacity: number;
  readonly booked: number;
  readonly held: number;
}

/** An event with its seats, at one moment by the database's clock. */
export interface EventOnSale {
  readonly event: Event;
  readonly seats: Seats;
  /** Whether its end has passed. */
  readonly isOver: boolean;
}

export function seatsLeft({ capacity, booked, held }: Seats): number {
  return Math.max(0, capacity - booked - held);
}
