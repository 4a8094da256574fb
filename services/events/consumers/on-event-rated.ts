import { EventRatedSchema } from "@app/contracts/gen/reviews/v1/review_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { EventsStores } from "../store/unit.ts";

/** Customers think something else of an event: the newest message says all of it. */
export const onEventRated = consumes<EventsStores, typeof EventRatedSchema>(EventRatedSchema, {
  rows: (messages) => messages.map(({ ratedEventId }) => row("event_ratings", ratedEventId)),
  handle: ({ ratings }, { ratedEventId, rating }, { version }) =>
    ratings.announce({
      eventId: ratedEventId,
      version,
      reviews: Number(rating?.reviews ?? 0n),
      stars: Number(rating?.stars ?? 0n),
    }),
});
