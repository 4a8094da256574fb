import { invalidCursor } from "@app/platform/cursor.ts";
import type { Ledger, LedgerRow } from "@app/platform/messaging/invariant.ts";
import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import { eventSeats, eventView, eventViewState } from "./tables.ts";

/** Events as they were heard of, as the events service has them: the newest first, `v3 40 seats`. */
export const heardEventsLedger: Ledger = {
  name: "events",
  page: (tx, { after, limit }) =>
    heard(tx, after === undefined ? undefined : lt(eventView.eventId, idIn(after)), limit),
  find: (tx, ids) => heard(tx, isOneOf(sql`${eventView.eventId}`, ids), ids.length),
};

/** The seats that are booked of each event, used ones included: `12 seats`. */
export const bookedSeatsLedger: Ledger = {
  name: "booked-seats",
  page: (tx, { after, limit }) =>
    booked(tx, after === undefined ? undefined : lt(eventSeats.eventId, idIn(after)), limit),
  find: (tx, ids) => booked(tx, isOneOf(sql`${eventSeats.eventId}`, ids), ids.length),
};

type Reader = Parameters<Ledger["page"]>[0];

async function heard(
  { q }: Reader,
  which: SQL | undefined,
  limit: number,
): Promise<readonly LedgerRow[]> {
  const rows = await q
    .select({
      id: eventView.eventId,
      version: eventView.version,
      capacity: eventView.capacity,
      cancelled: eventView.cancelled,
    })
    .from(eventViewState)
    .innerJoin(eventView, eq(eventView.generation, eventViewState.live))
    .where(and(which))
    .orderBy(desc(eventView.eventId))
    .limit(limit);
  return rows.map(({ id, version, capacity, cancelled }) => ({
    id,
    state: cancelled ? "CANCELLED" : "SCHEDULED",
    content: `v${version} ${capacity} seats`,
  }));
}

async function booked(
  { q }: Reader,
  which: SQL | undefined,
  limit: number,
): Promise<readonly LedgerRow[]> {
  const rows = await q
    .select({ id: eventSeats.eventId, seats: eventSeats.booked })
    .from(eventSeats)
    .where(which)
    .orderBy(desc(eventSeats.eventId))
    .limit(limit);
  return rows.map(({ id, seats }) => ({ id, state: "BOOKED", content: `${seats} seats` }));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function idIn(text: string): string {
  if (UUID.test(text)) return text;
  throw invalidCursor();
}

const isOneOf = (id: SQL, ids: readonly string[]): SQL =>
  sql`${id} = any(${sql.param(ids.map(idIn))}::uuid[])`;
