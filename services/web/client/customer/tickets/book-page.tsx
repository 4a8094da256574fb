import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { buttonClass } from "../../kit/button.tsx";
import { Scene, sceneOf } from "../../kit/drawings/scene.tsx";
import { Icon } from "../../kit/icon.tsx";
import { Notice } from "../../kit/notice.tsx";
import { keepFocus, Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { AsFormerGuest } from "../../lib/former-guest.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useRouteParam } from "../../lib/route-param.ts";
import { useSession } from "../../lib/session.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { eventSubject } from "../reviews/calls.ts";
import { Reviews } from "../reviews/reviews.tsx";
import { Stars } from "../reviews/stars.tsx";
import { BookingPanel } from "./booking-panel.tsx";
import { HallCard } from "./hall-card.tsx";
import { heldAt } from "./hold-steps.ts";
import { holdsOf } from "./hold-store.ts";
import { beginning, ending } from "./moments.ts";
import { seatsText } from "./seat-words.ts";
import { useAvailability } from "./use-availability.ts";
import { useEvent } from "./use-events.ts";
import { useHold } from "./use-hold.ts";
import "./book-page.css";

/** One event, its hall as it fills, and the seats that somebody takes there. */
export function BookPage() {
  const id = useRouteParam("id");
  const { data: event, error, refetch, isFetching } = useEvent(id);
  const problem = error && problemOf(error);
  return (
    <Page title={event ? `Book ${event.name}` : "Book seats"} brand="myevents">
      {event ? (
        <>
          <AsWhoever key={id} event={event} />
          {/* As whoever is signed in, also while a guest's seats are booked above. */}
          <div className="wrap">
            <Reviews key={id} subject={eventSubject(id)} />
          </div>
        </>
      ) : (
        <div className="wrap bookwait">
          {problem ? (
            <Failed problem={problem} retry={() => void refetch()} retrying={isFetching} />
          ) : (
            <Waiting />
          )}
        </div>
      )}
    </Page>
  );
}

/**
 * As the guest of before while that guest's seats are held, and then as long as they are booked here.
 * When the hold ends, the page is the account's again and says where the seats went.
 */
function AsWhoever({ event }: { readonly event: Event }) {
  const { formerGuest } = useSession();
  const step = useStored(holdsOf(formerGuest ?? "nobody"))[event.id]?.step;
  const isHeld = heldAt(step) !== undefined;
  const [wasHeld, setWasHeld] = useState(isHeld);
  if (isHeld && !wasHeld) setWasHeld(true);
  if (isHeld || (wasHeld && step?.step === "booked"))
    return (
      <AsFormerGuest>
        <Booking event={event} />
      </AsFormerGuest>
    );
  const lost = wasHeld && step?.step === "ended" ? step : undefined;
  return <Booking event={event}>{lost && <GuestsHoldEnded seats={lost.seats} />}</Booking>;
}

function GuestsHoldEnded({ seats }: { readonly seats: number }) {
  return (
    <div className="wrap booklost">
      <Notice role="status" icon="clock" title="Your hold has ended">
        <p>The {seatsText(seats)} that you held before you signed in went back.</p>
      </Notice>
    </div>
  );
}

interface BookingProps {
  readonly event: Event;
  /** What is to be known before anything else. */
  readonly children?: ReactNode;
}

function Booking({ event, children }: BookingProps) {
  const { id, name, hall } = event;
  const availability = useAvailability(id);
  const holding = useHold({ id, name });
  useEffect(keepFocus, []);
  return (
    <>
      <Poster event={event} />
      {children}
      <div className="wrap bookcols">
        <HallCard
          hall={hall?.name ?? "The hall"}
          seats={availability.data}
          countedAt={availability.dataUpdatedAt}
          failed={availability.error !== null}
          step={holding.step}
        />
        <BookingPanel event={event} availability={availability} holding={holding} />
      </div>
    </>
  );
}

function Poster({ event }: { readonly event: Event }) {
  const { name, location, hall, rating, reviews } = event;
  return (
    <section className="stage poster" aria-label="The event">
      <div className="wrap poster__in">
        <Scene name={sceneOf(name)} className="poster__art" />
        <div className="stack poster__t">
          <Link className="sm back" to="/events">
            All events
          </Link>
          <h1 className="display hero-type">{name}</h1>
          {reviews > 0n && <Stars rating={rating} reviews={Number(reviews)} />}
          <ul className="facts">
            <li>
              <Icon name="cal" />
              <span>
                <b>{beginning(event)}</b>
                <span className="sm muted">{ending(event)}</span>
              </span>
            </li>
            <li>
              <Icon name="pin" />
              <span>
                <b>{[hall?.name, location?.name].filter(Boolean).join(", ")}</b>
                <span className="sm muted">
                  {[location?.address, location?.country].filter(Boolean).join(", ")}
                </span>
              </span>
            </li>
          </ul>
        </div>
      </div>
    </section>
  );
}

interface FailedProps {
  readonly problem: Problem;
  readonly retry: () => void;
  readonly retrying: boolean;
}

function Failed({ problem, retry, retrying }: FailedProps) {
  if (problem.status === 404 || problem.status === 400) return <NoSuchEvent />;
  return (
    <>
      <h1 className="display h1">The event did not come.</h1>
      <ProblemNotice problem={problem} retry={retry} retrying={retrying}>
        <p>We go on trying by ourselves.</p>
      </ProblemNotice>
    </>
  );
}

function NoSuchEvent() {
  return (
    <>
      <h1 className="display h1">There is no such event.</h1>
      <p className="lead">The address may be mistyped, or the event was never published.</p>
      <p>
        <Link className={buttonClass({ kind: "primary" })} to="/events">
          See all events
        </Link>
      </p>
    </>
  );
}

function Waiting() {
  return (
    <>
      <h1 className="vh">Book seats</h1>
      <Skeleton label="Loading the event">
        <Bone height="15rem" />
        <Bone width="55%" height="2.5rem" />
        <Bone width="80%" />
        <Bone height="12rem" />
      </Skeleton>
    </>
  );
}
