import {
  EventCancelledSchema,
  EventCreatedSchema,
  EventStatus,
  EventUpdatedSchema,
  LocationCreatedSchema,
} from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { MessageIds } from "@app/platform/messaging/message-ids.ts";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Event, EventFactType } from "../domain/event.ts";
import type { Hall, Location } from "../domain/location.ts";

const schemas = {
  EventCreated: EventCreatedSchema,
  EventUpdated: EventUpdatedSchema,
  EventCancelled: EventCancelledSchema,
} as const;

const statuses = { SCHEDULED: EventStatus.SCHEDULED, CANCELLED: EventStatus.CANCELLED } as const;

/** The message of a change of an event: its whole state, so that a newer one replaces all older ones. */
export function eventMessage(
  { event, fact }: { readonly event: Event; readonly fact: EventFactType },
  ids: MessageIds,
): OutgoingMessage {
  const { id, version, updatedAt } = event;
  const body = { event: stateOf(event) };
  const envelope = { aggregate: "event", id, version, time: updatedAt };
  return composeMessage({ ...envelope, schema: schemas[fact], body }, ids);
}

/** The message of a new location, with its halls. */
export function locationMessage(location: Location, time: Date, ids: MessageIds): OutgoingMessage {
  const { id, halls } = location;
  const body = { location: { ...locationState(location), halls: halls.map(hallState) } };
  const envelope = { aggregate: "location", id, version: 1, time };
  return composeMessage({ ...envelope, schema: LocationCreatedSchema, body }, ids);
}

function stateOf(event: Event) {
  const { id, name, startsAt, endsAt, durationMinutes, location, hall } = event;
  const { capacity, seatsMax, oneBookingEach, status, organiserId } = event;
  return {
    id,
    name,
    startDate: timestampFromDate(startsAt),
    endDate: timestampFromDate(endsAt),
    duration: durationMinutes,
    location: locationState(location),
    hall: hallState(hall),
    capacity,
    seatsMax,
    oneBookingEach,
    status: statuses[status],
    organiserId,
  };
}

function locationState({ id, name, address, country, openTime, closeTime }: Location) {
  return { id, name, address, country, openTime, closeTime };
}

function hallState({ id, name, place, capacity }: Hall) {
  return { id, name, location: place ?? "", capacity };
}
