import { Link } from "@tanstack/react-router";
import { useSession } from "../../lib/session.tsx";
import { holdsOf } from "./hold-store.ts";
import { seatsText } from "./seat-words.ts";
import { type HeldSeatsOf, useHeldSeats } from "./use-held-seats.ts";
import { useLeft } from "./use-left.ts";
import { useSeenHold } from "./use-seen-hold.ts";

/** Seats that are held and not confirmed, each with its time and the way to confirm it. */
export function HeldSeatsList() {
  const held = useHeldSeats();
  if (held.length === 0) return null;
  return (
    <section className="stack" aria-label="Held seats">
      {held.map((one) => (
        <Held key={one.eventId} {...one} />
      ))}
    </section>
  );
}

function Held({ eventId, eventName, seats: { holdId, seats, endsAtMs } }: HeldSeatsOf) {
  const { userId } = useSession();
  const store = holdsOf(userId());
  const leftMs = useLeft(endsAtMs);
  useSeenHold(holdId, {
    isOver: leftMs === 0,
    told: (news) => store.tell({ id: eventId, name: eventName }, news),
  });
  return (
    <Link className="card heldseats" to="/events/$id/book" params={{ id: eventId }}>
      <span>
        <b>
          {seatsText(seats)} held for {eventName}
        </b>
        <span className="sm muted num">
          {leftMs === undefined ? "Looking at the clock." : `${minutes(leftMs)} left.`} Confirm to
          get your ticket.
        </span>
      </span>
      <span className="btn btn--primary">Confirm</span>
    </Link>
  );
}

function minutes(leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1_000);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
