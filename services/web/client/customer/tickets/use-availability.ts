import { queryOptions, useQuery } from "@tanstack/react-query";
import { bookingsCalls } from "./calls.ts";

const COUNT_EVERY_MS = 5_000;

/** How many seats of an event are left, exactly. */
export const availabilityOf = (eventId: string) =>
  queryOptions({
    queryKey: ["availability", eventId],
    queryFn: ({ signal }) => bookingsCalls.getAvailability({ eventId }, { signal }),
    refetchInterval: COUNT_EVERY_MS,
  });

export const useAvailability = (eventId: string) => useQuery(availabilityOf(eventId));
