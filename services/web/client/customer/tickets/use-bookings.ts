import type { Booking } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { eventsCalls } from "./calls.ts";
import { useBookingsCalls } from "./use-bookings-calls.ts";

const LOOK_EVERY_MS = 15_000;
const EVENT_FRESH_MS = 60_000;
const PAGE = 20;

/** The bookings of whoever reads the page, newest first, page by page; looked at again now and then. */
export function useBookings() {
  const { userId } = useSession();
  const user = userId();
  const calls = useBookingsCalls();
  const query = useInfiniteQuery({
    queryKey: ["bookings", user],
    queryFn: ({ pageParam, signal }) =>
      calls.listBookings({ userId: user, cursor: pageParam, limit: PAGE }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    refetchInterval: LOOK_EVERY_MS,
  });
  const bookings: readonly Booking[] | undefined = query.data?.pages.flatMap(
    (page) => page.bookings,
  );
  const failure = query.failureReason && problemOf(query.failureReason);
  // From the first silence on: who stands at the door does not wait for the last try.
  const isUnanswered = bookings === undefined && failure?.isPassing === true;
  return { bookings, query, isUnanswered };
}

/** One booking; its organiser or its owner may cancel it while somebody looks. */
export function useBooking(bookingId: string) {
  const { userId } = useSession();
  const calls = useBookingsCalls();
  return useQuery({
    queryKey: ["booking", userId(), bookingId],
    queryFn: async ({ signal }) => {
      const { booking } = await calls.getBooking({ bookingId }, { signal });
      if (booking === undefined) throw new Error("the answer holds no booking");
      return booking;
    },
    refetchInterval: LOOK_EVERY_MS,
  });
}

/** The events of bookings, each asked for once. Those that are not known yet are not in it. */
export function useEventsOf(bookings: readonly Booking[]): ReadonlyMap<string, Event> {
  const ids = [...new Set(bookings.map(({ eventId }) => eventId))];
  const results = useQueries({
    queries: ids.map((eventId) => ({
      queryKey: ["event", eventId],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { event } = await eventsCalls.getEvent({ eventId }, { signal });
        if (event === undefined) throw new Error("the answer holds no event");
        return event;
      },
      staleTime: EVENT_FRESH_MS,
    })),
  });
  return new Map(results.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])));
}
