import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { plural } from "../../lib/format.ts";
import { clientOf } from "../../lib/transport.ts";
import { GoTo } from "../go-to.tsx";
import { StateBadge } from "./state-badge.tsx";
import { bookingState } from "./states.ts";

const bookings = clientOf(BookingsService);
const events = clientOf(EventsService);
const everyMs = 5_000;

/** What a booking or an event is, in a line; nothing for other aggregates, or while nobody says. */
export function About({ of }: { readonly of: string }) {
  const slash = of.indexOf("/");
  const id = of.slice(slash + 1);
  switch (of.slice(0, slash)) {
    case "booking":
      return <AboutBooking id={id} />;
    case "event":
      return <AboutEvent id={id} />;
    case "location":
      return <AboutLocation id={id} />;
    default:
      return null;
  }
}

function AboutBooking({ id }: { readonly id: string }) {
  const { data } = useQuery({
    queryKey: ["booking", id],
    queryFn: () => bookings.getBooking({ bookingId: id }),
    refetchInterval: everyMs,
  });
  const booking = data?.booking;
  if (!booking) return null;
  const { status, seats, eventId, eventName, userId } = booking;
  return (
    <>
      <StateBadge state={bookingState(status)} /> {plural(seats, { one: "seat", other: "seats" })}{" "}
      of{" "}
      <GoTo to="/console/follow" search={{ of: `event/${eventId}` }}>
        {eventName}
      </GoTo>{" "}
      for{" "}
      <GoTo to="/console/follow" search={{ of: `user/${userId}` }}>
        {userId}
      </GoTo>
    </>
  );
}

function AboutEvent({ id }: { readonly id: string }) {
  const { data } = useQuery({
    queryKey: ["event", id],
    queryFn: () => events.getEvent({ eventId: id }),
  });
  return data?.event?.name ?? null;
}

function AboutLocation({ id }: { readonly id: string }) {
  const { data } = useQuery({
    queryKey: ["location", id],
    queryFn: () => events.getLocation({ locationId: id }),
  });
  return data?.location?.name ?? null;
}
