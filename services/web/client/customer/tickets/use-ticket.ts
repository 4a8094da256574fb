import type { Booking } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSession } from "../../lib/session.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { placeOf } from "./event-place.ts";
import { type KeptTicket, ticketsOf } from "./kept-tickets.ts";
import { useBookingsCalls } from "./use-bookings-calls.ts";

/** What a ticket shows, as far as it is known. */
export type ShownTicket = Omit<KeptTicket, "ticket"> & { readonly ticket: string | undefined };

/**
 * The ticket of a booking that stands, fetched once and then kept in the browser. The event may be
 * unknown for a while: then what was kept of it is shown.
 */
export function useTicket(booking: Booking, event: Event | undefined): ShownTicket | undefined {
  const { user, userId } = useSession();
  const calls = useBookingsCalls();
  const store = ticketsOf(userId());
  const kept = useStored(store)[booking.id];
  const stands = booking.status !== BookingStatus.CANCELLED;
  const { data: fetched } = useQuery({
    queryKey: ["ticket", userId(), booking.id],
    queryFn: async ({ signal }) =>
      (await calls.getTicket({ bookingId: booking.id }, { signal })).ticket,
    enabled: stands,
    // It is the same text as long as the key that signed it is good.
    staleTime: 3_600_000,
  });
  const ticket = fetched ?? kept?.ticket;
  const holder = user?.name ?? "";
  const shown = event ? shownOf({ booking, event, holder }) : kept && withoutText(kept);

  useEffect(() => {
    if (!stands) store.drop(booking.id);
    else if (event && ticket !== undefined)
      store.keep({ ...shownOf({ booking, event, holder }), ticket });
  }, [stands, store, booking, event, ticket, holder]);
  return shown && { ...shown, ticket };
}

function withoutText({ ticket: _, ...shown }: KeptTicket): Omit<KeptTicket, "ticket"> {
  return shown;
}

function shownOf({
  booking,
  event,
  holder,
}: {
  readonly booking: Booking;
  readonly event: Event;
  readonly holder: string;
}): Omit<KeptTicket, "ticket"> {
  return {
    bookingId: booking.id,
    seats: booking.seats,
    eventName: event.name,
    startMs: Number(event.startDate) * 1_000,
    endMs: Number(event.endDate) * 1_000,
    hall: event.hall?.name ?? "",
    place: placeOf(event.location),
    holder,
  };
}
