import { BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";
import { Notice } from "../../kit/notice.tsx";
import { cancelledText } from "./booking-state.ts";
import { CalendarButton } from "./calendar-button.tsx";
import { called, startsAt } from "./event-days.ts";
import type { HoldStep } from "./hold-steps.ts";
import { seatsText } from "./seat-words.ts";
import { shortId } from "./short-id.ts";
import { useBooking } from "./use-bookings.ts";
import type { Holding } from "./use-hold.ts";

export interface BookedPanelProps {
  readonly event: Event;
  readonly step: Extract<HoldStep, { step: "booked" }>;
  readonly holding: Holding;
}

/** The seats are booked: where the ticket is, and what comes next. */
export function BookedPanel({ event, step, holding }: BookedPanelProps) {
  const { bookingId, seats } = step;
  const heading = useRef<HTMLHeadingElement>(null);
  const isNews = useRef(holding.bookedHere);
  useEffect(() => {
    if (isNews.current) heading.current?.focus({ preventScroll: true });
  }, []);
  const { data: booking } = useBooking(bookingId);
  if (booking?.status === BookingStatus.CANCELLED)
    return <Cancelled reason={booking.reason} again={holding.dismiss} />;

  const name = called(startsAt(event), new Date());
  return (
    <div className="pad stack bookdone">
      <span className="tick">
        <Icon name="check" />
      </span>
      <h3 className="display h1" ref={heading} tabIndex={-1}>
        {name ? `See you ${name.toLowerCase()}.` : "See you there."}
      </h3>
      <p className="muted">
        {seatsText(seats)} for {event.name} {seats === 1 ? "is" : "are"} yours. Booking{" "}
        <b className="num">{shortId(bookingId)}</b>.
        {!holding.bookedHere && " It was confirmed in another tab or earlier."}
      </p>
      <Link
        className={buttonClass({ kind: "primary", size: "lg", block: true })}
        to="/bookings/$id"
        params={{ id: bookingId }}
      >
        <Icon name="ticket" />
        Show my ticket
      </Link>
      <CalendarButton event={event} bookingId={bookingId} seats={seats} block />
      {!event.oneBookingEach && (
        <Button kind="quiet" onClick={holding.dismiss}>
          Book more seats
        </Button>
      )}
    </div>
  );
}

function Cancelled({ reason, again }: { readonly reason: string; readonly again: () => void }) {
  return (
    <div className="pad stack">
      <Notice role="status" title="Your booking is cancelled">
        <p>{cancelledText(reason)}. The seats went back to everyone.</p>
      </Notice>
      <Button kind="primary" size="lg" block onClick={again}>
        Book again
      </Button>
    </div>
  );
}
