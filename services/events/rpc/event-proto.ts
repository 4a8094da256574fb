import { EventStatus as ProtoStatus } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import {
  EventSchema,
  HallSchema,
  LocationSchema,
  type Event as ProtoEvent,
  type Hall as ProtoHall,
  type Location as ProtoLocation,
} from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import type { Hall, Location } from "../domain/location.ts";
import { averageOf } from "../domain/rating.ts";
import type { ListedEvent } from "../store/event-row.ts";

const statuses = { SCHEDULED: ProtoStatus.SCHEDULED, CANCELLED: ProtoStatus.CANCELLED } as const;

/** An event as the contract has it. */
export function eventProto({ event, seatsLeft, rating }: ListedEvent): ProtoEvent {
  const { id, name, startsAt, endsAt, durationMinutes, location, hall } = event;
  const { capacity, seatsMax, oneBookingEach, status } = event;
  return create(EventSchema, {
    id,
    name,
    startDate: secondsOf(startsAt),
    endDate: secondsOf(endsAt),
    duration: durationMinutes,
    location: locationProto(location),
    hall: hallProto(hall),
    capacity,
    seatsMax,
    oneBookingEach,
    status: statuses[status],
    seatsLeft,
    rating: averageOf(rating) ?? 0,
    reviews: BigInt(rating?.reviews ?? 0),
  });
}

export function locationProto(location: Location): ProtoLocation {
  const { id, name, address, country, openTime, closeTime, halls } = location;
  return create(LocationSchema, {
    id,
    name,
    address,
    country,
    openTime,
    closeTime,
    halls: halls.map(hallProto),
  });
}

function hallProto({ id, name, place, capacity }: Hall): ProtoHall {
  return create(HallSchema, { id, name, location: place ?? "", capacity });
}

function secondsOf(at: Date): bigint {
  return BigInt(Math.floor(at.getTime() / 1_000));
}
