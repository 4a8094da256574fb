import { duration } from "../../lib/format.ts";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { bookingsCalls } from "./calls.ts";
import { seatsText } from "./seat-words.ts";
import { shortId } from "./short-id.ts";
import { checkOffline, claimsOf, type TicketKey } from "./ticket-text.ts";

/** What the door is told about a ticket: in words, and in a colour that says the same. */
export interface DoorAnswer {
  readonly is: "welcome" | "again" | "invalid" | "unsure" | "failed";
  readonly title: string;
  readonly detail: string;
  /** Which of the two it could check. */
  readonly checked: string;
  readonly bookingId?: string | undefined;
  /** Whether it may be let in now and told to the service later. */
  readonly mayEnterLater?: boolean;
  readonly problem?: Problem;
}

/** A queue does not wait for a service that is away. */
const ONLINE_MS = 4_000;
const BOTH = "Checked: that the ticket is ours, and that it is used once.";
const SIGNATURE =
  "Checked without connection: that the ticket is ours. Not checked: whether it was used before.";
const NOTHING = "Not checked: there is no connection.";

/** Asks the service, and where that does not answer looks at the signature. */
export async function checkTicket(
  ticket: string,
  {
    keys,
    seenAtMs,
  }: {
    readonly keys: readonly TicketKey[];
    readonly seenAtMs: (bookingId: string) => number | undefined;
  },
): Promise<DoorAnswer> {
  try {
    const { booking } = await bookingsCalls.verifyTicket({ ticket }, { timeoutMs: ONLINE_MS });
    return {
      is: "welcome",
      title: `Welcome, ${seatsText(booking?.seats ?? 1)}`,
      detail: `${booking?.eventName ?? ""}, booking ${shortId(booking?.id ?? "")}`,
      checked: BOTH,
      bookingId: booking?.id,
    };
  } catch (error) {
    const problem = problemOf(error);
    return refused(ticket, problem) ?? offline(ticket, { keys, seenAtMs });
  }
}

/** What the service said no to; undefined where it said nothing. */
function refused(ticket: string, problem: Problem): DoorAnswer | undefined {
  const claims = claimsOf(ticket);
  const of = claims ? `${claims.eventName}, booking ${shortId(claims.bookingId)}. ` : "";
  switch (problem.code) {
    case "already_used":
      return {
        is: "again",
        title: "Used already",
        detail: `${of}${usedText(problem.extra.usedAt)}`,
        checked: BOTH,
      };
    case "booking_cancelled":
      return {
        is: "invalid",
        title: "The booking is cancelled",
        detail: `${of}Its seats may have been sold again.`,
        checked: BOTH,
      };
    case "invalid_ticket":
      return {
        is: "invalid",
        title: "Not a ticket of ours",
        detail: "It was changed, copied in part, or never made here.",
        checked: "Checked: the signature, which does not hold.",
      };
  }
  if (problem.isPassing) return undefined;
  return { is: "failed", title: problem.title, detail: problem.detail, checked: NOTHING, problem };
}

/** Somebody whose first answer was lost was let in a moment ago. */
function usedText(usedAt: unknown): string {
  const usedMs = typeof usedAt === "string" ? Date.parse(usedAt) : Number.NaN;
  if (Number.isNaN(usedMs)) return "Somebody came in with it before.";
  const agoMs = Math.max(0, Date.now() - usedMs);
  return `Somebody came in with it ${duration(agoMs)} ago.`;
}

async function offline(
  ticket: string,
  { keys, seenAtMs }: Parameters<typeof checkTicket>[1],
): Promise<DoorAnswer> {
  const check = await checkOffline(ticket, keys);
  if (check.signature === "does not hold")
    return {
      is: "invalid",
      title: "Not a ticket of ours",
      detail: "Its signature does not hold.",
      checked: "Checked without connection: the signature.",
    };
  const { bookingId, eventName, seats } = check.claims;
  const detail = `${eventName}, ${seatsText(seats)}, booking ${shortId(bookingId)}`;
  if (check.signature !== "holds")
    return {
      is: "unsure",
      title: "Could not be checked",
      detail: `${detail}. ${check.signature === "unknown key" ? "Its key is not known on this device." : "This browser cannot check signatures."}`,
      checked: NOTHING,
    };
  const before = seenAtMs(bookingId);
  if (before !== undefined)
    return {
      is: "again",
      title: "Shown at this door before",
      detail: `${detail}, ${duration(Math.max(0, Date.now() - before))} ago`,
      checked: SIGNATURE,
    };
  return {
    is: "unsure",
    title: "The ticket is ours",
    detail,
    checked: SIGNATURE,
    bookingId,
    mayEnterLater: true,
  };
}
