import { type Hold, HoldState } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { timestampMs } from "@bufbuild/protobuf/wkt";

/** Seats that are set aside. */
export interface HeldSeats {
  readonly holdId: string;
  readonly seats: number;
  /** By the clock of the database. */
  readonly endsAtMs: number;
}

/**
 * How far somebody is with the seats of one event. It is kept in the browser, so that a reload goes
 * on where it was and all tabs see the same. What was asked for and not answered is asked for again
 * under the same key, so that it happens once.
 */
export type HoldStep =
  /** A hold was asked for. `instead` of another one, which stays until the new one is there. */
  | {
      readonly step: "asking";
      readonly key: string;
      readonly seats: number;
      readonly instead?: HeldSeats;
    }
  /** `releasing` is the hold in whose place this one came, until it is let go of. */
  | ({ readonly step: "held"; readonly releasing?: string } & HeldSeats)
  | ({ readonly step: "confirming"; readonly key: string } & HeldSeats)
  | {
      readonly step: "ended";
      readonly seats: number;
      readonly endsAtMs: number;
      readonly why: "expired" | "released";
    }
  | { readonly step: "booked"; readonly bookingId: string; readonly seats: number };

/** What happens to it. */
export type HoldNews =
  | { readonly news: "asked"; readonly key: string; readonly seats: number }
  | { readonly news: "made"; readonly hold: Hold }
  /** The service said no to what was asked for, and nothing changed there. */
  | { readonly news: "refused" }
  | { readonly news: "seen"; readonly hold: Hold; readonly nowMs: number }
  /** There is no such hold, or it is somebody else's. */
  | { readonly news: "unknown" }
  | { readonly news: "confirm"; readonly key: string }
  | { readonly news: "booked"; readonly bookingId: string; readonly seats: number }
  | { readonly news: "released"; readonly holdId: string }
  /** Whoever looked at it has read how it ended. */
  | { readonly news: "dismissed" };

/** The step after some news; undefined is the beginning. News that come too late change nothing. */
export function takeIn(step: HoldStep | undefined, news: HoldNews): HoldStep | undefined {
  switch (news.news) {
    case "asked":
      return asked(step, news);
    case "made":
      return step?.step === "asking" ? made(step, news.hold) : step;
    case "refused":
      return refused(step);
    case "seen":
      return seen(step, news);
    case "unknown":
      return isOpen(step) ? undefined : step;
    case "confirm":
      return step?.step === "held" ? { step: "confirming", key: news.key, ...seatsOf(step) } : step;
    case "booked":
      // Whatever this browser believed, seats that are booked are booked.
      return { step: "booked", bookingId: news.bookingId, seats: news.seats };
    case "released":
      return released(step, news.holdId);
    case "dismissed":
      return step?.step === "ended" || step?.step === "booked" ? undefined : step;
  }
}

/** The seats that are set aside at this step, also while others are asked for instead. */
export function heldAt(step: HoldStep | undefined): HeldSeats | undefined {
  if (step?.step === "asking") return step.instead;
  return isOpen(step) ? seatsOf(step) : undefined;
}

type Open = Extract<HoldStep, { step: "held" | "confirming" }>;

function isOpen(step: HoldStep | undefined): step is Open {
  return step?.step === "held" || step?.step === "confirming";
}

const seatsOf = ({ holdId, seats, endsAtMs }: HeldSeats): HeldSeats => ({
  holdId,
  seats,
  endsAtMs,
});

function asked(
  step: HoldStep | undefined,
  { key, seats }: { readonly key: string; readonly seats: number },
): HoldStep | undefined {
  // What was asked for before has to be answered first.
  if (step?.step === "asking" || step?.step === "confirming") return step;
  const instead = step?.step === "held" ? { instead: seatsOf(step) } : {};
  return { step: "asking", key, seats, ...instead };
}

function made({ instead }: Extract<HoldStep, { step: "asking" }>, hold: Hold): HoldStep {
  const releasing = instead && instead.holdId !== hold.id ? { releasing: instead.holdId } : {};
  return { step: "held", ...heldIn(hold), ...releasing };
}

function refused(step: HoldStep | undefined): HoldStep | undefined {
  if (step?.step === "asking") return step.instead && { step: "held", ...step.instead };
  return step?.step === "confirming" ? { step: "held", ...seatsOf(step) } : step;
}

function seen(
  step: HoldStep | undefined,
  { hold, nowMs }: { readonly hold: Hold; readonly nowMs: number },
): HoldStep | undefined {
  const about = heldAt(step);
  if (about?.holdId !== hold.id) return step;
  if (hold.state === HoldState.CONFIRMED)
    return { step: "booked", bookingId: hold.bookingId, seats: hold.seats };

  const { endsAtMs, seats } = heldIn(hold);
  if (hold.state === HoldState.OPEN && nowMs < endsAtMs) return step;
  // What was asked for instead may still come.
  if (step?.step === "asking") return { step: "asking", key: step.key, seats: step.seats };
  return {
    step: "ended",
    seats,
    endsAtMs,
    why: hold.state === HoldState.RELEASED ? "released" : "expired",
  };
}

function released(step: HoldStep | undefined, holdId: string): HoldStep | undefined {
  if (step?.step === "held" && step.releasing === holdId) return { step: "held", ...seatsOf(step) };
  return isOpen(step) && step.holdId === holdId ? undefined : step;
}

function heldIn({ id, seats, expiresAt }: Hold): HeldSeats {
  return { holdId: id, seats, endsAtMs: expiresAt ? timestampMs(expiresAt) : 0 };
}

/** Reads a step that was kept by this or an older version of the page, or by anybody's hand. */
export function readStep(kept: unknown): HoldStep | undefined {
  if (!isFields(kept)) return undefined;
  const { step, key, seats, bookingId, why, endsAtMs } = kept;
  if (!isCount(seats)) return undefined;
  const held = readHeld(kept);
  if (step === "asking" && isText(key)) {
    const instead = readHeld(kept.instead);
    return { step, key, seats, ...(instead ? { instead } : {}) };
  }
  if (step === "held" && held)
    return { step, ...held, ...(isText(kept.releasing) ? { releasing: kept.releasing } : {}) };
  if (step === "confirming" && held && isText(key)) return { step, key, ...held };
  if (step === "ended" && isCount(endsAtMs) && (why === "expired" || why === "released"))
    return { step, seats, endsAtMs, why };
  return step === "booked" && isText(bookingId) ? { step, bookingId, seats } : undefined;
}

function readHeld(kept: unknown): HeldSeats | undefined {
  if (!isFields(kept)) return undefined;
  const { holdId, seats, endsAtMs } = kept;
  return isText(holdId) && isCount(seats) && isCount(endsAtMs)
    ? { holdId, seats, endsAtMs }
    : undefined;
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) > 0;
