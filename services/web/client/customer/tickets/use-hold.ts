import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { newId } from "../../lib/new-id.ts";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { bookingsCalls } from "./calls.ts";
import { type HoldNews, type HoldStep, heldAt } from "./hold-steps.ts";
import { holdsOf } from "./hold-store.ts";
import type { Away } from "./until-answered.ts";
import { availabilityOf } from "./use-availability.ts";
import { useLeft } from "./use-left.ts";
import { useSeenHold } from "./use-seen-hold.ts";
import { useUntilAnswered } from "./use-until-answered.ts";

/** The service said no, and why. */
export interface HoldRefusal {
  readonly problem: Problem;
  /** How many seats were asked for; undefined where it was about something else. */
  readonly wanted?: number | undefined;
  /** How many are free now, where that is the reason. */
  readonly left?: number | undefined;
}

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
  const { userId } = useSession();
  const user = userId();
  const store = holdsOf(user);
  const step = useStored(store)[event.id]?.step;
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<HoldRefusal | undefined>();
  const [releasing, setReleasing] = useState(false);
  const confirmedHere = useRef(false);
  const tell = (news: HoldNews) => store.tell(event, news);
  const counted = () => queries.fetchQuery({ ...availabilityOf(event.id), staleTime: 0 });

  const held = heldAt(step);
  const leftMs = useLeft(held?.endsAtMs);
  const seen = useSeenHold(held?.holdId, { isOver: leftMs === 0, told: tell });

  const refuseSeats = async (wanted: number, problem: Problem) => {
    tell({ news: "refused" });
    if (problem.code !== "not_enough_seats") return setRefusal({ problem, wanted });
    // Without the count the refusal is said all the same.
    const left = await counted().then(
      (seats) => seats.left,
      () => undefined,
    );
    setRefusal({ problem, wanted, left });
  };

  const asking = useUntilAnswered({
    of: step?.step === "asking" ? step.key : undefined,
    call: async (signal) => {
      if (step?.step !== "asking") return undefined;
      const options = { headers: { "idempotency-key": step.key }, signal };
      const request = { eventId: event.id, seats: step.seats, userId: user };
      return (await bookingsCalls.createHold(request, options)).hold;
    },
    answered: (hold) => {
      tell({ news: "made", hold });
      void counted().catch(() => undefined);
    },
    refused: (problem) => void refuseSeats(step?.step === "asking" ? step.seats : 0, problem),
  });

  const confirming = useUntilAnswered({
    of: step?.step === "confirming" ? step.key : undefined,
    call: async (signal) => {
      if (step?.step !== "confirming") return undefined;
      const options = { headers: { "idempotency-key": step.key }, signal };
      return (await bookingsCalls.confirmHold({ holdId: step.holdId }, options)).booking;
    },
    answered: ({ id, seats }) => {
      tell({ news: "booked", bookingId: id, seats });
      void queries.invalidateQueries({ queryKey: ["bookings"] });
      void counted().catch(() => undefined);
    },
    refused: (problem) => {
      tell({ news: "refused" });
      // The hold itself says best how it ended.
      if (isAboutHold(problem)) void seen.refetch();
      else setRefusal({ problem });
    },
  });

  const changing = useUntilAnswered({
    of: step?.step === "held" ? step.releasing : undefined,
    call: async (signal) => {
      const holdId = step?.step === "held" ? (step.releasing ?? "") : "";
      await bookingsCalls.releaseHold({ holdId }, { signal });
      return holdId;
    },
    answered: (holdId) => tell({ news: "released", holdId }),
    // It was over already, which is all that was wanted.
    refused: () => {
      if (step?.step === "held") tell({ news: "released", holdId: step.releasing ?? "" });
    },
  });

  const release = async (): Promise<boolean> => {
    if (held === undefined || releasing) return false;
    setReleasing(true);
    setRefusal(undefined);
    try {
      await bookingsCalls.releaseHold({ holdId: held.holdId });
      tell({ news: "released", holdId: held.holdId });
      void counted().catch(() => undefined);
      return true;
    } catch (error) {
      const problem = problemOf(error);
      if (isAboutHold(problem)) void seen.refetch();
      else setRefusal({ problem });
      return false;
    } finally {
      setReleasing(false);
    }
  };

  const ask = (seats: number) => {
    setRefusal(undefined);
    tell({ news: "asked", key: newId(), seats });
  };

  const { createdAt, expiresAt } = seen.data?.hold ?? {};
  return {
    step,
    leftMs,
    totalMs: createdAt && expiresAt ? msBetween(createdAt, expiresAt) : USUAL_MS,
    away: asking.away ?? confirming.away,
    tryNow: () => {
      asking.tryNow();
      confirming.tryNow();
      changing.tryNow();
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

const isAboutHold = ({ status, code }: Problem) => status === 404 || code.startsWith("hold_");

const msBetween = (from: { readonly seconds: bigint }, to: { readonly seconds: bigint }) =>
  Number(to.seconds - from.seconds) * 1_000;
