import { EventBookedSchema } from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { ReviewsStores } from "../store/unit.ts";

/** Somebody has seats of an event for good, and may review it. */
export const onEventBooked = consumes<ReviewsStores, typeof EventBookedSchema>(EventBookedSchema, {
  rows: (messages) => messages.map(({ bookingId }) => row("purchases", `booking/${bookingId}`)),
  handle: ({ purchases }, { bookingId, bookedEventId, userId }) =>
    purchases.add({
      purchase: `booking/${bookingId}`,
      accountId: userId,
      subjects: [{ kind: "event", id: bookedEventId.toLowerCase() }],
      state: "CONFIRMED",
    }),
});
