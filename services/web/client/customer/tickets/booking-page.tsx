import type { Booking } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { Badge } from "../../kit/badge.tsx";
import { buttonClass } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { keepFocus, Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { dateTime } from "../../lib/format.ts";
import { AsFormerGuest } from "../../lib/former-guest.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useRouteParam } from "../../lib/route-param.ts";
import { useSession } from "../../lib/session.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { signInFrom } from "../account/way-back.ts";
import { MadeAsGuest } from "../made-as-guest.tsx";
import { PathLink } from "../path-link.tsx";
import { wordsOf } from "./booking-state.ts";
import { BookingTicket } from "./booking-ticket.tsx";
import { endsAt } from "./event-days.ts";
import { type KeptTicket, ticketsOf } from "./kept-tickets.ts";
import { beginning } from "./moments.ts";
import { seatsText } from "./seat-words.ts";
import { shortId } from "./short-id.ts";
import { TicketCard } from "./ticket-card.tsx";
import { useBooking } from "./use-bookings.ts";
import { useEvent } from "./use-events.ts";
import { useNow } from "./use-now.ts";
import "./bookings-page.css";

/** One booking: its ticket as long as it stands, else what became of it. */
export function BookingPage() {
  const id = useRouteParam("id");
  return (
    <Page title="Ticket" brand="myevents">
      <div className="wrap bookings">
        <Link className="sm back" to="/bookings">
          My bookings
        </Link>
        <Looked id={id} />
      </div>
    </Page>
  );
}

/** What the service says of it; while it says nothing, the ticket that was saved. */
function Looked({ id }: { readonly id: string }) {
  const { userId, formerGuest } = useSession();
  const saved = useStored(ticketsOf(userId()))[id];
  const { data: booking, error, failureReason, refetch, isFetching } = useBooking(id);
  const problem = error && problemOf(error);
  const notice = problem && (
    <ProblemNotice problem={problem} retry={() => void refetch()} retrying={isFetching}>
      <p>We go on trying by ourselves.</p>
    </ProblemNotice>
  );
  if (problem && isNoBooking(problem))
    return formerGuest === undefined ? (
      <NoSuchBooking />
    ) : (
      <AsFormerGuest>
        <Looked id={id} />
      </AsFormerGuest>
    );
  if (booking)
    return (
      <>
        <MadeAsGuest what="booking" />
        {notice}
        <Known booking={booking} />
      </>
    );
  if (saved) return <Saved ticket={saved} unanswered={failureReason !== null} />;
  if (notice)
    return (
      <>
        <h1 className="display h1">The ticket did not come.</h1>
        {notice}
      </>
    );
  return (
    <>
      <h1 className="vh">Ticket</h1>
      <Skeleton label="Loading the ticket">
        <Bone height="22rem" />
      </Skeleton>
    </>
  );
}

const isNoBooking = ({ status }: Problem) => status === 404 || status === 400 || status === 401;

interface SavedProps {
  readonly ticket: KeptTicket;
  /** Whether somebody was asked about it and did not answer. */
  readonly unanswered: boolean;
}

function Saved({ ticket, unanswered }: SavedProps) {
  return (
    <>
      <TicketCard ticket={ticket} level="h1">
        {unanswered ? (
          <Badge icon="wifioff">Saved earlier</Badge>
        ) : (
          <Badge tone="ok" icon="check">
            Saved, works offline
          </Badge>
        )}
      </TicketCard>
      {unanswered && (
        <Notice tone="warn" icon="wifioff" role="status" title="This is the ticket as it was saved">
          <p>
            Nobody answers right now. It lets you in all the same, unless it was cancelled since.
          </p>
        </Notice>
      )}
    </>
  );
}

function Known({ booking }: { readonly booking: Booking }) {
  useEffect(keepFocus, []);
  const { data: event } = useEvent(booking.eventId);
  const now = useNow();
  const isOver = event !== undefined && endsAt(event) <= now;
  if (booking.status === BookingStatus.CONFIRMED && !isOver)
    return (
      <>
        <BookingTicket booking={booking} event={event} level="h1" />
        <p>
          <Link to="/events/$id/book" params={{ id: booking.eventId }} hash="reviews">
            Review {booking.eventName}
          </Link>
        </p>
      </>
    );
  return <NoTicket booking={booking} event={event} isOver={isOver} />;
}

interface NoTicketProps {
  readonly booking: Booking;
  readonly event: Event | undefined;
  readonly isOver: boolean;
}

function NoTicket({ booking, event, isOver }: NoTicketProps) {
  const { tone, icon, text } = wordsOf(booking, { isOver, time: dateTime });
  const { id, eventName, seats } = booking;
  // A booking that was cancelled here took the button for it along.
  useEffect(keepFocus, []);
  return (
    <section className="card pad stack">
      <h1 className="display h1">{event?.name ?? eventName}</h1>
      <p>
        <Badge tone={tone} icon={icon}>
          {text}
        </Badge>
      </p>
      <p className="muted">
        {event && `${beginning(event)}, `}
        {seatsText(seats)}. Booking <b className="num">{shortId(id)}</b>.
      </p>
      {booking.status === BookingStatus.CANCELLED && (
        <p>The ticket lets nobody in any more, and the seats are free for others.</p>
      )}
      <p className="row">
        <Link className={buttonClass({ kind: "primary" })} to="/events">
          See what is on
        </Link>
        {booking.status === BookingStatus.CONFIRMED && (
          <Link
            className={buttonClass({})}
            to="/events/$id/book"
            params={{ id: booking.eventId }}
            hash="reviews"
          >
            Review {eventName}
          </Link>
        )}
        {booking.status === BookingStatus.CANCELLED && !isOver && event && (
          <Link className={buttonClass({})} to="/events/$id/book" params={{ id: event.id }}>
            See the event
          </Link>
        )}
      </p>
    </section>
  );
}

function NoSuchBooking() {
  const { user } = useSession();
  const { href } = useLocation();
  return (
    <>
      <h1 className="display h1">There is no such booking here.</h1>
      <p className="lead">
        {user ? "It may be of another account." : "It may be of an account: sign in to see it."}
      </p>
      <p>
        {user ? (
          <Link className={buttonClass({ kind: "primary" })} to="/bookings">
            See my bookings
          </Link>
        ) : (
          <PathLink
            className={buttonClass({ kind: "primary" })}
            path={signInFrom("/sign-in", href)}
          >
            Sign in
          </PathLink>
        )}
      </p>
    </>
  );
}
