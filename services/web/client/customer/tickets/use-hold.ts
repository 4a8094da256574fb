import type { Hold } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { newId } from "../../lib/new-id.ts";
import type { Problem } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { type HoldRefusal, isAboutHold } from "./hold-refusal.ts";
import { type HoldNews, type HoldStep, heldAt } from "./hold-steps.ts";
import { holdsOf } from "./hold-store.ts";
import type { Away } from "./until-answered.ts";
import { availabilityOf } from "./use-availability.ts";
import { useAskedSeats, useConfirmedSeats, useReplacedSeats } from "./use-hold-calls.ts";
import { useLeft } from "./use-left.ts";
import { useReleasedSeats } from "./use-released-seats.ts";
import { useSeenHold } from "./use-seen-hold.ts";

export interface Holding {
  readonly step: HoldStep | undefined;
  /** What is left of the hold by the server's clock; undefined without one, or before that is known. */
  readonly leftMs: number | undefined;
  /** How long it lasts in all. */
  readonly totalMs: number;
  /** What was asked for and is not answered. */
  readonly away: Away | undefined;
  readonly tryNow: () => void;
  readonly refusal: HoldRefusal | undefined;
  /** Whether seats are being let go of. */
  readonly releasing: boolean;
  /** Whether the booking was made on this page, and not in another tab. */
  readonly bookedHere: boolean;
  readonly ask: (seats: number) => void;
  /** Lets go of what is held, then asks: where both together are not free. */
  readonly giveBackAndAsk: (seats: number) => void;
  readonly confirm: () => void;
  readonly release: () => void;
  readonly dismiss: () => void;
}

const USUAL_MS = 600_000;

/** Somebody's way with the seats of one event: asked for, held, confirmed, as all tabs know it. */
export function useHold(event: { readonly id: string; readonly name: string }): Holding {
  const { userId, makes } = useSession();
  const store = holdsOf(userId());
  const step = useStored(store)[event.id]?.step;
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<HoldRefusal | undefined>();
  const confirmedHere = useRef(false);
  const tell = (news: HoldNews) => store.tell(event, news);
  const counted = () => queries.fetchQuery({ ...availabilityOf(event.id), staleTime: 0 });
  // The count comes again by itself where this one does not come.
  const countAnew = () => void counted().catch(() => undefined);

  const held = heldAt(step);
  const leftMs = useLeft(held?.endsAtMs);
  const seen = useSeenHold(held?.holdId, { isOver: leftMs === 0, told: tell });
  const refuse = (problem: Problem) => {
    if (isAboutHold(problem)) void seen.refetch();
    else setRefusal({ problem });
  };

  const asking = useAskedSeats(step, {
    eventId: event.id,
    answered: (hold) => {
      tell({ news: "made", hold });
      countAnew();
    },
    refused: async (problem) => {
      const wanted = step?.step === "asking" ? step.seats : 0;
      tell({ news: "refused" });
      if (problem.code !== "not_enough_seats") return setRefusal({ problem, wanted });
      // Without the count the refusal is said all the same.
      const seats = await counted().catch(() => undefined);
      setRefusal({ problem, wanted, left: seats?.left });
    },
  });
  const confirming = useConfirmedSeats(step, {
    answered: ({ id, seats }) => {
      tell({ news: "booked", bookingId: id, seats });
      void queries.invalidateQueries({ queryKey: ["bookings"] });
      countAnew();
    },
    refused: (problem) => {
      tell({ news: "refused" });
      refuse(problem);
    },
  });
  const replaced = useReplacedSeats(step, { gone: (holdId) => tell({ news: "released", holdId }) });
  const { release, releasing } = useReleasedSeats(held, {
    started: () => setRefusal(undefined),
    gone: (holdId) => {
      tell({ news: "released", holdId });
      countAnew();
    },
    refused: refuse,
  });

  const ask = (seats: number) => {
    setRefusal(undefined);
    makes();
    tell({ news: "asked", key: newId(), seats });
  };
  return {
    step,
    leftMs,
    totalMs: lengthOf(seen.data?.hold) ?? USUAL_MS,
    away: asking.away ?? confirming.away,
    tryNow: () => {
      for (const each of [asking, confirming, replaced]) each.tryNow();
    },
    refusal,
    releasing,
    bookedHere: step?.step === "booked" && confirmedHere.current,
    ask,
    giveBackAndAsk: (seats) => void release().then((gone) => gone && ask(seats)),
    confirm: () => {
      setRefusal(undefined);
      confirmedHere.current = true;
      tell({ news: "confirm", key: newId() });
    },
    release: () => void release(),
    dismiss: () => {
      setRefusal(undefined);
      confirmedHere.current = false;
      tell({ news: "dismissed" });
    },
  };
}

function lengthOf(hold: Pick<Hold, "createdAt" | "expiresAt"> | undefined): number | undefined {
  const { createdAt, expiresAt } = hold ?? {};
  if (createdAt === undefined || expiresAt === undefined) return undefined;
  return Number(expiresAt.seconds - createdAt.seconds) * 1_000;
}
