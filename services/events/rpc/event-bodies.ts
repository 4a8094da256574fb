import type {
  CreateEventRequest,
  CreateLocationRequest,
  NewHall,
  NewLocation,
  UpdateEventRequest,
} from "@app/contracts/gen/events/v1/events_service_pb.ts";

/**
 * Requests as the domain reads them from a body of REST, so that one set of rules serves both doors.
 * The wire does not tell an empty text from a missing one, so empty counts as missing.
 */
export function newEventBody(request: CreateEventRequest): object {
  const { name, startDate, endDate, duration, locationId, location, hallId, hall } = request;
  return given({
    name,
    startDate: numberOf(startDate),
    endDate: numberOf(endDate),
    duration,
    locationId,
    location: location && newLocationBody(location),
    hallId,
    hall: hall && newHallBody(hall),
    capacity: request.capacity,
    seatsMax: request.seatsMax,
    oneBookingEach: request.oneBookingEach,
  });
}

/** A capacity of 0 asks for the hall's, which is null in JSON. */
export function eventChangeBody(request: UpdateEventRequest): object {
  const { name, startDate, endDate, duration, hallId, seatsMax, oneBookingEach } = request;
  const { capacity } = request;
  const changes = { duration, hallId, seatsMax, oneBookingEach };
  return {
    ...given({ ...changes, startDate: numberOf(startDate), endDate: numberOf(endDate) }),
    // A name that is emptied is refused, not overlooked.
    ...(name === undefined ? {} : { name }),
    ...(capacity === undefined ? {} : { capacity: capacity === 0 ? null : capacity }),
  };
}

export function locationBody({ location }: CreateLocationRequest): object {
  return location ? newLocationBody(location) : {};
}

function newLocationBody(location: NewLocation): object {
  const { name, address, country, openTime, closeTime, halls } = location;
  return given({ name, address, country, openTime, closeTime, halls: halls.map(newHallBody) });
}

function newHallBody({ name, location, capacity }: NewHall): object {
  return given({ name, location, capacity });
}

function given(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""),
  );
}

/** Seconds too large for a double are too large for a date as well, and refused as such. */
function numberOf(seconds: bigint | undefined): number | undefined {
  return seconds === undefined ? undefined : Number(seconds);
}
