import { type EventState, EventStatus } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { row } from "@app/platform/messaging/handler.ts";
import type { Event } from "../domain/event.ts";

/** What each message about an event carries: all of it, so that the newest says everything. */
export interface EventNews {
  readonly event?: EventState | undefined;
}

/** The event as bookings knows it. Its contract was checked, so what it requires is there. */
export function eventOf({ event }: EventNews): Event {
  if (!event?.startDate || !event.endDate) throw new Error("a message has no event");
  return {
    id: event.id.toLowerCase(),
    name: event.name,
    startsAt: dateOf(event.startDate),
    endsAt: dateOf(event.endDate),
    capacity: event.capacity,
    seatsMax: event.seatsMax,
    oneBookingEach: event.oneBookingEach,
    cancelled: event.status === EventStatus.CANCELLED,
  };
}

/** The seats that the news may change. */
export const seatsOf = (messages: readonly EventNews[]) =>
  messages.map((message) => row("event_seats", eventOf(message).id));

/** To the millisecond, which is as much as is stored. */
function dateOf({ seconds, nanos }: { readonly seconds: bigint; readonly nanos: number }): Date {
  return new Date(Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000));
}
