import {
  BookingCancelledSchema,
  EventBookedSchema,
  TicketUsedSchema,
} from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";

/** One booking, as bookings tells of it. */
export interface Booking {
  readonly id: string;
  readonly eventId: string;
  readonly seats: number;
}

export const aBooking = (eventId: string, seats: number): Booking => ({
  id: Bun.randomUUIDv7(),
  eventId,
  seats,
});

const bodyOf = ({ id, eventId, seats }: Booking) => ({
  bookingId: id,
  bookedEventId: eventId,
  eventName: "Aida",
  userId: "carl",
  seats,
});

/** The first message of a booking. */
export const booked = (booking: Booking): OutgoingMessage =>
  composeMessage(
    {
      schema: EventBookedSchema,
      body: bodyOf(booking),
      aggregate: "booking",
      id: booking.id,
      version: 1,
      time: new Date(),
    },
    randomMessageIds,
  );

/** The second one. */
export const cancelled = (booking: Booking): OutgoingMessage =>
  composeMessage(
    {
      schema: BookingCancelledSchema,
      body: { ...bodyOf(booking), reason: "cancelled by customer" },
      aggregate: "booking",
      id: booking.id,
      version: 2,
      time: new Date(),
    },
    randomMessageIds,
  );

/** The second one of a booking that was not cancelled. */
export const used = (booking: Booking): OutgoingMessage =>
  composeMessage(
    {
      schema: TicketUsedSchema,
      body: bodyOf(booking),
      aggregate: "booking",
      id: booking.id,
      version: 2,
      time: new Date(),
    },
    randomMessageIds,
  );
