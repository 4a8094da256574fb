import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { announce } from "../../kit/announcer.tsx";
import { buttonClass } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { problemOf } from "../../lib/problem.ts";
import { AwayNotice } from "./away-notice.tsx";
import { BookedPanel } from "./booked-panel.tsx";
import { HeldPanel } from "./held-panel.tsx";
import { saidAfter } from "./hold-words.ts";
import { ReadyPanel } from "./ready-panel.tsx";
import { saleOf } from "./sale.ts";
import type { useAvailability } from "./use-availability.ts";
import type { Holding } from "./use-hold.ts";
import { useNow } from "./use-now.ts";

export interface BookingPanelProps {
  readonly event: Event;
  readonly availability: ReturnType<typeof useAvailability>;
  readonly holding: Holding;
}

/** What somebody can do about the event's seats now. */
export function BookingPanel(props: BookingPanelProps) {
  const { event, holding } = props;
  const { step } = holding;
  const before = useRef(step);
  const heading = useRef<HTMLHeadingElement>(null);
  const wasUsed = useRef(false);
  useEffect(() => {
    const text = saidAfter(before.current, step, { eventName: event.name });
    before.current = step;
    if (text !== undefined) announce(text);
    // What was pressed went with what it was on, and whoever goes by keyboard goes on from here.
    if (wasUsed.current && document.activeElement === document.body)
      heading.current?.focus({ preventScroll: true });
  }, [step, event.name]);

  return (
    <section
      className="card book"
      aria-labelledby="book-h"
      onFocus={() => {
        wasUsed.current = true;
      }}
    >
      <h2 className="vh" id="book-h" ref={heading} tabIndex={-1}>
        Book your seats
      </h2>
      <Panel {...props} />
    </section>
  );
}

function Panel({ event, availability, holding }: BookingPanelProps) {
  const { step, away, tryNow } = holding;
  const { data: seats, error } = availability;
  const now = useNow();
  const { state } = saleOf(event, now.getTime());

  if (state === "cancelled" || state === "over") return <Closed state={state} />;
  if (step?.step === "booked") return <BookedPanel event={event} holding={holding} step={step} />;
  if (away) return <AwayNotice away={away} tryNow={tryNow} holding={holding} />;
  if (
    step?.step === "held" ||
    step?.step === "confirming" ||
    (step?.step === "asking" && step.instead)
  )
    return <HeldPanel event={event} left={seats?.left ?? 0} holding={holding} />;
  if (seats) return <ReadyPanel event={event} seats={seats} holding={holding} />;
  if (error) {
    const retry = () => void availability.refetch();
    return (
      <div className="pad stack">
        <ProblemNotice
          problem={problemOf(error)}
          title="Seats cannot be counted right now"
          retry={retry}
          retrying={availability.isFetching}
        >
          <p>Nothing of yours is lost. We go on trying by ourselves.</p>
        </ProblemNotice>
      </div>
    );
  }
  return (
    <Skeleton label="Counting the seats" className="pad">
      <Bone width="55%" height="1.5rem" />
      <Bone height="3.25rem" />
      <Bone width="80%" />
      <Bone height="3.25rem" />
    </Skeleton>
  );
}

function Closed({ state }: { readonly state: "cancelled" | "over" }) {
  return (
    <div className="pad stack">
      {state === "cancelled" ? (
        <Notice tone="bad" icon="x" title="The organiser has cancelled this event">
          <p>
            Bookings of it are cancelled, and seats that were held are free. You need do nothing.
          </p>
        </Notice>
      ) : (
        <Notice icon="clock" title="This event is over">
          <p>There are more to come.</p>
        </Notice>
      )}
      <Link className={buttonClass({ kind: "primary", size: "lg", block: true })} to="/events">
        See what else is on
      </Link>
    </div>
  );
}
