import { EventBookedSchema } from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { EventsStores } from "../store/unit.ts";

/** Seats of an event are taken, so fewer are left. */
export const onEventBooked = consumes<EventsStores, typeof EventBookedSchema>(EventBookedSchema, {
  rows: (messages) => messages.map(({ bookedEventId }) => row("booked_seats", bookedEventId)),
  handle: ({ seats }, booked) => seats.count(booked.bookedEventId, booked.seats),
});
