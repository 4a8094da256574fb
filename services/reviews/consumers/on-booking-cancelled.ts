import { BookingCancelledSchema } from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { ReviewsStores } from "../store/unit.ts";

/** A booking is void: it entitles to nothing new. What was written stays. */
export const onBookingCancelled = consumes<ReviewsStores, typeof BookingCancelledSchema>(
  BookingCancelledSchema,
  {
    rows: (messages) => messages.map(({ bookingId }) => row("purchases", `booking/${bookingId}`)),
    handle: ({ purchases }, { bookingId }) => purchases.settle(`booking/${bookingId}`, "CANCELLED"),
  },
);
