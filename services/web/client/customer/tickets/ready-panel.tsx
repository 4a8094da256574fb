import type { GetAvailabilityResponse } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { count, duration, time } from "../../lib/format.ts";
import { leadsOn } from "./hold-refusal.ts";
import type { HoldStep } from "./hold-steps.ts";
import { RefusalNotice } from "./refusal-notice.tsx";
import { SeatChooser } from "./seat-chooser.tsx";
import { seatsAre, seatsText } from "./seat-words.ts";
import { serverClock } from "./server-clock.ts";
import { TicketFor } from "./ticket-for.tsx";
import type { Holding } from "./use-hold.ts";

export interface ReadyPanelProps {
  readonly event: Event;
  readonly seats: GetAvailabilityResponse;
  readonly holding: Holding;
}

const USUAL_SEATS = 2;

/** Nothing is held yet, or no longer: how many seats, and the button that holds them. */
export function ReadyPanel({ event, seats, holding }: ReadyPanelProps) {
  const { step, refusal, ask, totalMs } = holding;
  const asked: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const [wanted, setWanted] = useState(() => countIn(asked.seats) ?? USUAL_SEATS);
  const { left } = seats;
  const max = Math.min(left, event.seatsMax);
  const chosen = Math.min(wanted, max);
  const busy = step?.step === "asking";
  const shown = busy ? step.seats : chosen;

  return (
    <div className="pad stack bookform">
      {step?.step === "ended" && isNews(step.endsAtMs) && <Ended step={step} left={left} />}
      {refusal && <RefusalNotice refusal={refusal} event={event} ask={ask} />}
      {left === 0 && !busy ? (
        <SoldOut held={seats.held} />
      ) : (
        <>
          <SeatChooser
            value={shown}
            max={Math.max(max, shown)}
            limit={limitText(left, event.seatsMax)}
            disabled={busy}
            onChange={setWanted}
          />
          <TicketFor />
          <Button
            kind={refusal && leadsOn(refusal) ? "plain" : "primary"}
            size="lg"
            block
            busy={busy}
            onClick={() => ask(chosen)}
          >
            {busy
              ? `Holding ${seatsText(shown)}`
              : `Hold ${seatsText(chosen)} for ${duration(totalMs)}`}
          </Button>
          <p className="sm muted">
            Holding is free. Nobody can take your seats while you decide.
            {event.oneBookingEach && " Everybody has one booking of this event."}
          </p>
        </>
      )}
    </div>
  );
}

/** Nobody waits for seats that went back yesterday. */
const isNews = (endedAtMs: number) => Math.abs(serverClock.now() - endedAtMs) < 3_600_000;

function countIn(value: unknown): number | undefined {
  const seats = Number(value);
  return Number.isSafeInteger(seats) && seats > 0 ? seats : undefined;
}

function limitText(left: number, seatsMax: number): string {
  return left <= seatsMax ? `${count(left)} left` : `${count(left)} left, ${seatsMax} at most`;
}

function Ended({
  step,
  left,
}: {
  readonly step: Extract<HoldStep, { step: "ended" }>;
  readonly left: number;
}) {
  const went = `The ${seatsText(step.seats)} went back`;
  const free = left > 0 ? `${seatsAre(left)} free right now.` : "None are free right now.";
  return step.why === "expired" ? (
    <Notice role="status" icon="clock" title="Your hold has ended">
      <p>
        {went} at {time(step.endsAtMs)}. {free}
      </p>
    </Notice>
  ) : (
    <Notice role="status" icon="info" title="Your seats were let go of">
      <p>
        {went}: in another tab, or because the organiser changed the event. {free}
      </p>
    </Notice>
  );
}

function SoldOut({ held }: { readonly held: number }) {
  return (
    <Notice tone="warn" icon="ticket" role="status" title="Sold out right now">
      <p>
        {held > 0
          ? `${seatsAre(held)} held by others and may come free. Leave this page open: it counts by itself.`
          : "Seats come back when somebody cancels. Leave this page open: it counts by itself."}
      </p>
    </Notice>
  );
}
