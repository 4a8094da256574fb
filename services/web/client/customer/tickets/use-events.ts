import type { Event, ListEventsResponse } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { eventsCalls } from "./calls.ts";
import { dayOf, type EventFilters, requestOf } from "./event-filters.ts";

const COUNT_EVERY_MS = 15_000;
const PAGE = 20;
const LOCATIONS_MAX = 100;
const HOUR_MS = 3_600_000;

/** The events that match, page by page; what is shown is counted anew every quarter of a minute. */
export function useEvents(filters: EventFilters, now: Date) {
  const query = useInfiniteQuery({
    queryKey: ["events", filters, dayOf(now)],
    queryFn: ({ pageParam, signal }) =>
      eventsCalls.listEvents(
        { ...requestOf(filters, now), cursor: pageParam, limit: PAGE },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    refetchInterval: COUNT_EVERY_MS,
    placeholderData: keepPreviousData,
  });
  const events: readonly Event[] | undefined = query.data?.pages.flatMap((page) => page.events);
  return { events, more: query.hasNextPage, query };
}

/** The countries in which there are halls, by name. Without them the list is narrowed by typing. */
export function useCountries(): readonly string[] {
  const { data } = useQuery({
    queryKey: ["countries"],
    queryFn: ({ signal }) => eventsCalls.listLocations({ limit: LOCATIONS_MAX }, { signal }),
    staleTime: HOUR_MS,
    select: ({ locations }) =>
      [...new Set(locations.map(({ country }) => country).filter(Boolean))].sort((a, b) =>
        a.localeCompare(b),
      ),
  });
  return data ?? [];
}

/** One event. It may be cancelled or moved while somebody looks. */
export function useEvent(eventId: string) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ["event", eventId],
    queryFn: async ({ signal }) => {
      const { event } = await eventsCalls.getEvent({ eventId }, { signal });
      if (event === undefined) throw new Error("the answer holds no event");
      return event;
    },
    // Whoever comes from the list sees it at once.
    placeholderData: () => eventInLists(queries, eventId),
    refetchInterval: 2 * COUNT_EVERY_MS,
  });
}

function eventInLists(queries: QueryClient, eventId: string): Event | undefined {
  const lists = queries.getQueriesData<InfiniteData<ListEventsResponse>>({ queryKey: ["events"] });
  return lists
    .flatMap(([, data]) => data?.pages ?? [])
    .flatMap(({ events }) => events)
    .find(({ id }) => id === eventId);
}
