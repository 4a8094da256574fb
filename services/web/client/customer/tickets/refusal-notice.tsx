import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { duration } from "../../lib/format.ts";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";
import type { HoldRefusal } from "./hold-refusal.ts";
import { seatsAre, seatsText } from "./seat-words.ts";

export interface RefusalNoticeProps {
  readonly refusal: HoldRefusal;
  readonly event: Event;
  readonly ask: (seats: number) => void;
}

/** Why the seats could not be had, what is still free, and the next step. */
export function RefusalNotice({ refusal, event, ask }: RefusalNoticeProps) {
  const { problem, wanted } = refusal;
  switch (problem.code) {
    case "not_enough_seats":
      return <Conflict refusal={refusal} seatsMax={event.seatsMax} ask={ask} />;
    case "already_booked":
      return (
        <Said title="You have a booking of this event already">
          <p>Everybody has one booking of it. Cancel yours to take other seats.</p>
          <p className="notice__act">
            <Link className={buttonClass({ kind: "primary" })} to="/bookings">
              See my bookings
            </Link>
          </p>
        </Said>
      );
    case "too_many_holds":
      return (
        <Said title="You hold seats of many events">
          <p>
            Confirm or let go of one first
            {problem.retryAfterSeconds !== undefined &&
              `, or wait ${duration(problem.retryAfterSeconds * 1_000)} until one of them ends`}
            .
          </p>
          <p className="notice__act">
            <Link className={buttonClass({ kind: "primary" })} to="/bookings">
              See what I hold
            </Link>
          </p>
        </Said>
      );
    case "event_over":
      return <Said title="The event is over">No more seats are sold.</Said>;
    case "event_cancelled":
      return <Said title="The organiser has cancelled the event">No more seats are sold.</Said>;
  }
  if (problem.status === 401)
    return (
      <Said title="Please sign in to book">
        <p>What you chose is kept.</p>
        <p className="notice__act">
          <PathLink
            className={buttonClass({ kind: "primary" })}
            path={signInFrom("/sign-in", `/events/${event.id}/book?seats=${wanted ?? 1}`)}
          >
            Sign in
          </PathLink>
        </p>
      </Said>
    );
  return <ProblemNotice problem={problem} title="That was not possible" />;
}

function Conflict({
  refusal: { wanted = 1, left },
  seatsMax,
  ask,
}: {
  readonly refusal: HoldRefusal;
  readonly seatsMax: number;
  readonly ask: (seats: number) => void;
}) {
  const offered = Math.min(left ?? 0, seatsMax);
  return (
    <Said title="Someone was quicker">
      <p>
        You asked for {seatsText(wanted)}
        {left === undefined ? ", and so many are not free." : `, and ${seatsAre(left)} free now.`}
      </p>
      {offered > 0 && (
        <p className="notice__act">
          <Button kind="primary" onClick={() => ask(offered)}>
            Hold {seatsText(offered)} instead
          </Button>
        </p>
      )}
    </Said>
  );
}

function Said({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Notice tone="bad" role="alert" title={title}>
      {typeof children === "string" ? <p>{children}</p> : children}
    </Notice>
  );
}
