import type { Booking } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { Badge } from "../../kit/badge.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { CalendarButton } from "./calendar-button.tsx";
import { CancelBooking } from "./cancel-booking.tsx";
import { seatsText } from "./seat-words.ts";
import { TicketCard } from "./ticket-card.tsx";
import { useTicket } from "./use-ticket.ts";

export interface BookingTicketProps {
  readonly booking: Booking;
  readonly event: Event | undefined;
  /** As the heading of its own page, or of one ticket among others. */
  readonly level?: "h1" | "h2";
}

/** The ticket of a booking that stands, with all that can be done with it. */
export function BookingTicket({ booking, event, level = "h2" }: BookingTicketProps) {
  const ticket = useTicket(booking, event);
  if (ticket === undefined)
    return (
      <Skeleton label={`Loading the ticket for ${booking.eventName}, ${seatsText(booking.seats)}`}>
        <Bone height="18rem" />
      </Skeleton>
    );
  return (
    <TicketCard ticket={ticket} level={level}>
      {ticket.ticket === undefined ? (
        <Badge busy>Getting the code</Badge>
      ) : (
        <Badge tone="ok" icon="check">
          Saved, works offline
        </Badge>
      )}
      {level === "h2" && (
        <Link className="btn btn--quiet" to="/bookings/$id" params={{ id: booking.id }}>
          Open
          <span className="vh"> the ticket for {booking.eventName}</span>
        </Link>
      )}
      {event && <CalendarButton event={event} bookingId={booking.id} seats={booking.seats} quiet />}
      <CancelBooking booking={booking} />
    </TicketCard>
  );
}
