import { Link, useLocation } from "@tanstack/react-router";
import { useId } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { AsFormerGuest } from "../../lib/former-guest.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";
import { BookingLists } from "./booking-lists.tsx";
import noTicket from "./drawings/no-ticket.svg";
import { HeldSeatsList } from "./held-seats-list.tsx";
import { SavedTickets } from "./saved-tickets.tsx";
import { useBookings } from "./use-bookings.ts";
import { useHeldSeats } from "./use-held-seats.ts";
import "./bookings-page.css";

/** What somebody has booked: tickets to show, seats that are held, and what is over or cancelled. */
export function BookingsPage() {
  return (
    <Page title="My bookings" brand="myevents">
      <div className="wrap bookings">
        <header>
          <h1 className="display h1">My bookings</h1>
          <p className="muted">Show the code at the door. It works without a connection.</p>
        </header>
        <Own />
        <AsFormerGuest>
          <MadeBefore />
        </AsFormerGuest>
      </div>
    </Page>
  );
}

function Own() {
  const { bookings, query, isUnanswered } = useBookings();
  const problem = query.error && problemOf(query.error);
  return (
    <>
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
      {bookings?.length === 0 ? <None /> : bookings && <BookingLists bookings={bookings} />}
      <More query={query} />
      {query.isPending && !problem && !isUnanswered && (
        <Skeleton label="Loading your bookings">
          <Bone height="18rem" />
          <Bone height="4rem" />
        </Skeleton>
      )}
    </>
  );
}

/** What this browser booked and held as a guest, which is no part of the account. */
function MadeBefore() {
  const { bookings = [], query, isUnanswered } = useBookings();
  const isHolding = useHeldSeats().length > 0;
  const headingId = useId();
  if (isUnanswered) return <SavedTickets />;
  if (bookings.length === 0 && !isHolding) return null;
  return (
    <section className="bookings__before" aria-labelledby={headingId}>
      <h2 className="display h2" id={headingId}>
        Made as a guest in this browser
      </h2>
      <p className="muted">You were not signed in yet, so these are known to this browser alone.</p>
      <HeldSeatsList />
      {bookings.length > 0 && <BookingLists bookings={bookings} />}
      <More query={query} />
    </section>
  );
}

function More({ query }: Pick<ReturnType<typeof useBookings>, "query">) {
  if (!query.hasNextPage) return null;
  return (
    <p className="bookings__more">
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? "Getting more" : "Show earlier bookings"}
      </Button>
    </p>
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
