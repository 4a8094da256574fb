import { type Stored, stored } from "../../lib/storage.ts";

/** All that a ticket shows, kept in the browser so that it opens at the door without a network. */
export interface KeptTicket {
  readonly bookingId: string;
  /** The text of its QR code. */
  readonly ticket: string;
  readonly seats: number;
  readonly eventName: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly hall: string;
  readonly place: string;
  /** Whose name stands on it; empty for a guest. */
  readonly holder: string;
}

/** By the id of the booking. */
export type KeptTickets = Readonly<Record<string, KeptTicket>>;

export interface TicketStore extends Stored<KeptTickets> {
  keep(ticket: KeptTicket): void;
  /** Takes away the ticket of a booking that does not stand. */
  drop(bookingId: string): void;
}

const KEPT_MAX = 50;
/** A ticket of an event that is over is worth nothing more, and a day later nobody looks for it. */
const KEPT_AFTER_MS = 24 * 3_600_000;

const stores = new Map<string, TicketStore>();

/** The tickets of one person in this browser. */
export function ticketsOf(userId: string): TicketStore {
  const known = stores.get(userId);
  if (known) return known;
  const settings = { parse: keptTicketsIn, initial: {} };
  const store = ticketStore(stored(`tickets.${userId}`, settings), Date.now);
  stores.set(userId, store);
  return store;
}

/** A store of tickets over any place that keeps them: the fifty that are needed next. */
export function ticketStore(kept: Stored<KeptTickets>, now: () => number): TicketStore {
  return {
    ...kept,
    keep(ticket) {
      const all = kept.get();
      const isKept = JSON.stringify(all[ticket.bookingId]) === JSON.stringify(ticket);
      if (!isKept) kept.set(worthKeeping({ ...all, [ticket.bookingId]: ticket }, now()));
    },
    drop(bookingId) {
      const { [bookingId]: dropped, ...others } = kept.get();
      if (dropped) kept.set(others);
    },
  };
}

function worthKeeping(all: KeptTickets, nowMs: number): KeptTickets {
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, { endMs }]) => nowMs - endMs < KEPT_AFTER_MS)
      .sort(([, a], [, b]) => a.startMs - b.startMs)
      .slice(0, KEPT_MAX),
  );
}

const texts = ["bookingId", "ticket", "eventName", "hall", "place", "holder"] as const;
const numbers = ["seats", "startMs", "endMs"] as const;

/** Reads what this or an older version of the page kept; what cannot be read is left out. */
export function keptTicketsIn(value: unknown): KeptTickets | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, ticket]) => isTicket(ticket)));
}

function isTicket(value: unknown): value is KeptTicket {
  if (typeof value !== "object" || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return (
    texts.every((name) => typeof fields[name] === "string") &&
    numbers.every((name) => typeof fields[name] === "number")
  );
}
