import { EventCancelledSchema } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { consumes } from "@app/platform/messaging/handler.ts";
import type { BookingsStores } from "../store/unit.ts";
import { eventOf, seatsOf } from "./event-of.ts";

/** The event will not take place. What its state says counts, whatever the message is called. */
export const onEventCancelled = consumes<BookingsStores, typeof EventCancelledSchema>(
  EventCancelledSchema,
  {
    rows: seatsOf,
    handle: ({ events }, message, { version }) => events.announce(eventOf(message), version),
  },
);
