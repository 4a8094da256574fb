import { BookingCancelledSchema } from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { EventsStores } from "../store/unit.ts";

/** A booking is void, so its seats are left again. Its lane has seen it booked before. */
export const onBookingCancelled = consumes<EventsStores, typeof BookingCancelledSchema>(
  BookingCancelledSchema,
  {
    rows: (messages) => messages.map(({ bookedEventId }) => row("booked_seats", bookedEventId)),
    handle: ({ seats }, cancelled) => seats.count(cancelled.bookedEventId, -cancelled.seats),
  },
);
