import { EventCreatedSchema } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { consumes } from "@app/platform/messaging/handler.ts";
import type { BookingsStores } from "../store/unit.ts";
import { eventOf, seatsOf } from "./event-of.ts";

/** The event is on sale from now on. */
export const onEventCreated = consumes<BookingsStores, typeof EventCreatedSchema>(
  EventCreatedSchema,
  {
    rows: seatsOf,
    handle: ({ events }, message, { version }) => events.announce(eventOf(message), version),
  },
);
