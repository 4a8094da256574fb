import { type Booking, BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { Badge } from "../../kit/badge.tsx";
import { Scene, sceneOf } from "../../kit/drawings/scene.tsx";
import { dateTime, day } from "../../lib/format.ts";
import { wordsOf } from "./booking-state.ts";
import { BookingTicket } from "./booking-ticket.tsx";
import { endsAt, startsAt } from "./event-days.ts";
import { seatsText } from "./seat-words.ts";
import { useEventsOf } from "./use-bookings.ts";
import { useNow } from "./use-now.ts";

/** Bookings that stand as tickets, the next event first; below them what is over or cancelled. */
export function BookingLists({ bookings }: { readonly bookings: readonly Booking[] }) {
  const aheadId = useId();
  const restId = useId();
  const events = useEventsOf(bookings);
  const now = useNow();
  const isOver = ({ eventId }: Booking) => {
    const event = events.get(eventId);
    return event !== undefined && endsAt(event) <= now;
  };
  const isAhead = (booking: Booking) =>
    booking.status === BookingStatus.CONFIRMED && !isOver(booking);
  const startOf = ({ eventId }: Booking) => Number(events.get(eventId)?.startDate ?? 0n);
  const ahead = bookings.filter(isAhead).sort((a, b) => startOf(a) - startOf(b));
  const rest = bookings.filter((booking) => !isAhead(booking));
  return (
    <>
      {ahead.length > 0 && (
        <section className="stack bookings__ahead" aria-labelledby={aheadId}>
          <h2 className="vh" id={aheadId}>
            Upcoming
          </h2>
          {ahead.map((booking) => (
            <BookingTicket key={booking.id} booking={booking} event={events.get(booking.eventId)} />
          ))}
        </section>
      )}
      {rest.length > 0 && (
        <section aria-labelledby={restId}>
          <h2 className="display h2 bookings__h" id={restId}>
            Earlier and cancelled
          </h2>
          <ul className="card rows oldbookings">
            {rest.map((booking) => (
              <OldBooking
                key={booking.id}
                booking={booking}
                event={events.get(booking.eventId)}
                isOver={isOver(booking)}
              />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface OldBookingProps {
  readonly booking: Booking;
  readonly event: Event | undefined;
  readonly isOver: boolean;
}

function OldBooking({ booking, event, isOver }: OldBookingProps) {
  const { id, eventName, seats } = booking;
  const { tone, icon, text } = wordsOf(booking, { isOver, time: dateTime });
  return (
    <li>
      <Scene name={sceneOf(eventName)} />
      <span>
        <Link className="display strong" to="/bookings/$id" params={{ id }}>
          {event?.name ?? eventName}
        </Link>
        <span className="sm muted">
          {event && `${day(startsAt(event))}, `}
          {seatsText(seats)}
        </span>
      </span>
      <Badge tone={tone} icon={icon}>
        {text}
      </Badge>
    </li>
  );
}
