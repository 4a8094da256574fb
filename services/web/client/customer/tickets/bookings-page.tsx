import type { Booking } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link, useLocation } from "@tanstack/react-router";
import { Badge } from "../../kit/badge.tsx";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Scene, sceneOf } from "../../kit/drawings/scene.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { dateTime, day } from "../../lib/format.ts";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";
import { wordsOf } from "./booking-state.ts";
import { BookingTicket } from "./booking-ticket.tsx";
import noTicket from "./drawings/no-ticket.svg";
import { endsAt, startsAt } from "./event-days.ts";
import { HeldSeatsList } from "./held-seats-list.tsx";
import { SavedTickets } from "./saved-tickets.tsx";
import { seatsText } from "./seat-words.ts";
import { useBookings, useEventsOf } from "./use-bookings.ts";
import { useNow } from "./use-now.ts";
import "./bookings-page.css";

/** What somebody has booked: tickets to show, seats that are held, and what is over or cancelled. */
export function BookingsPage() {
  const { bookings, query } = useBookings();
  const problem = query.error && problemOf(query.error);
  const failure = query.failureReason && problemOf(query.failureReason);
  // From the first silence on: who stands at the door does not wait for the last try.
  const isUnanswered = bookings === undefined && failure?.isPassing === true;
  return (
    <Page title="My bookings" brand="myevents">
      <div className="wrap bookings">
        <header>
          <h1 className="display h1">My bookings</h1>
          <p className="muted">Show the code at the door. It works without a connection.</p>
        </header>
        <HeldSeatsList />
        {problem && (
          <Failed
            problem={problem}
            known={bookings !== undefined}
            retry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )}
        {isUnanswered && <SavedTickets />}
        {bookings && <Lists bookings={bookings} />}
        {query.hasNextPage && (
          <p className="bookings__more">
            <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {query.isFetchingNextPage ? "Getting more" : "Show earlier bookings"}
            </Button>
          </p>
        )}
        {query.isPending && !problem && !isUnanswered && (
          <Skeleton label="Loading your bookings">
            <Bone height="18rem" />
            <Bone height="4rem" />
          </Skeleton>
        )}
      </div>
    </Page>
  );
}

interface FailedProps {
  readonly problem: Problem;
  readonly known: boolean;
  readonly retry: () => void;
  readonly retrying: boolean;
}

function Failed({ problem, known, retry, retrying }: FailedProps) {
  const { href } = useLocation();
  if (problem.status === 401)
    return (
      <section className="card">
        <Empty
          drawing={noTicket}
          title="Sign in to see your bookings"
          action={
            <PathLink
              className={buttonClass({ kind: "primary" })}
              path={signInFrom("/sign-in", href)}
            >
              Sign in
            </PathLink>
          }
        >
          They are kept with your account.
        </Empty>
      </section>
    );
  return (
    <ProblemNotice
      problem={problem}
      title={known ? "Your bookings may have changed" : "Your bookings did not come"}
      retry={retry}
      retrying={retrying}
    >
      <p>Tickets that were saved on this device stay good. We go on trying by ourselves.</p>
    </ProblemNotice>
  );
}

function Lists({ bookings }: { readonly bookings: readonly Booking[] }) {
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
  if (bookings.length === 0) return <None />;
  return (
    <>
      {ahead.length > 0 && (
        <section className="stack bookings__ahead" aria-labelledby="ahead-h">
          <h2 className="vh" id="ahead-h">
            Upcoming
          </h2>
          {ahead.map((booking) => (
            <BookingTicket key={booking.id} booking={booking} event={events.get(booking.eventId)} />
          ))}
        </section>
      )}
      {rest.length > 0 && (
        <section aria-labelledby="rest-h">
          <h2 className="display h2 bookings__h" id="rest-h">
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

function None() {
  const { user } = useSession();
  return (
    <section className="card">
      <Empty
        drawing={noTicket}
        title="No tickets yet"
        action={
          <Link className={buttonClass({ kind: "primary", size: "lg" })} to="/events">
            Find something for tonight
          </Link>
        }
      >
        When you book, your tickets live here and open even without a connection.
        {user === undefined && " Bookings of an account are seen once you sign in."}
      </Empty>
    </section>
  );
}
