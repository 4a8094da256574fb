import { EventUpdatedSchema } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { consumes } from "@app/platform/messaging/handler.ts";
import type { BookingsStores } from "../store/unit.ts";
import { eventOf, seatsOf } from "./event-of.ts";

/** Something about the event is different. */
export const onEventUpdated = consumes<BookingsStores, typeof EventUpdatedSchema>(
  EventUpdatedSchema,
  {
    rows: seatsOf,
    handle: ({ events }, message, { version }) => events.announce(eventOf(message), version),
  },
);
