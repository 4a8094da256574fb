import {
  EventCancelledSchema,
  EventCreatedSchema,
  EventStatus,
  EventUpdatedSchema,
  LocationCreatedSchema,
} from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Event } from "../domain/event.ts";

const schemas = {
  created: EventCreatedSchema,
  updated: EventUpdatedSchema,
  cancelled: EventCancelledSchema,
} as const;

const location = {
  id: "0192f3a0-0000-7000-8000-000000000001",
  name: "Arena",
  address: "Main street 1, Springfield",
  country: "Norway",
  openTime: 8,
  closeTime: 23,
  halls: [],
};

/** The message by which events tells of the location of all events here. */
export function locationNews(): OutgoingMessage {
  const envelope = { aggregate: "location", id: location.id, version: 1, time: new Date() };
  return composeMessage(
    { ...envelope, schema: LocationCreatedSchema, body: { location } },
    randomMessageIds,
  );
}

/** The message by which events tells of an event's state. */
export function newsOf(
  event: Event,
  version: number,
  type: keyof typeof schemas = version === 1 ? "created" : "updated",
): OutgoingMessage {
  const hall = {
    id: "0192f3a0-0000-7000-8000-000000000002",
    name: "Great hall",
    location: "",
    capacity: 1_000_000,
  };
  const state = {
    id: event.id,
    name: event.name,
    startDate: timestampFromDate(event.startsAt),
    endDate: timestampFromDate(event.endsAt),
    duration: 120,
    location,
    hall,
    capacity: event.capacity,
    seatsMax: event.seatsMax,
    oneBookingEach: event.oneBookingEach,
    status: event.cancelled ? EventStatus.CANCELLED : EventStatus.SCHEDULED,
    organiserId: "olga",
  };
  const envelope = { aggregate: "event", id: event.id, version, time: new Date() };
  return composeMessage(
    { ...envelope, schema: schemas[type], body: { event: state } },
    randomMessageIds,
  );
}
