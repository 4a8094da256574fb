import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { insertOf, type MessageColumns, messageColumns } from "@app/platform/messaging/outbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { statement, unmeasured } from "@app/platform/statement.ts";
import { sql } from "drizzle-orm";
import { type Reservation, reservationId } from "../domain/reservation.ts";
import type { Shelf, StockMove } from "../domain/stock.ts";
import { reservationToRow } from "./reservation-row.ts";
import { items, reservations } from "./tables.ts";

export interface KeptDecision {
  readonly reservation: Reservation;
  readonly isNew: boolean;
  readonly move: StockMove | undefined;
  readonly messages: readonly OutgoingMessage[];
}

/**
 * Writes any number of decisions in one statement: the stock of all lines, the reservations as the
 * last decision left each, and the messages in the order of the decisions. Stock moves by difference,
 * so that a decision made on a stale reading overwrites nothing: it breaks a check instead. The rows
 * must be locked, in the service's order.
 */
export async function keepDecisions(
  tx: Transaction,
  decisions: readonly KeptDecision[],
): Promise<void> {
  if (decisions.length === 0) return;
  const byId = Map.groupBy(decisions, ({ reservation }) => reservationId(reservation));
  const kept = [...byId.values()].flatMap((of) => {
    const [first, last] = [of[0], of.at(-1)];
    return first && last ? [{ reservation: last.reservation, isNew: first.isNew }] : [];
  });
  const settled = kept.filter(({ isNew }) => !isNew).map(({ reservation }) => reservation);
  const made = kept.filter(({ isNew }) => isNew).map(({ reservation }) => reservation);
  const messages = decisions.flatMap((decision) => decision.messages);
  await tx.send(keepAll, {
    ...differencesOf(decisions),
    made: JSON.stringify(made.map(reservationToRow)),
    settled: settled.map(reservationId),
    states: settled.map(({ state }) => state),
    settledVersions: settled.map(({ version }) => version),
    ...messageColumns(messages),
  });
  if (messages.length > 0) tx.outboxWritten();
}

interface Differences extends Record<Shelf, readonly number[]> {
  readonly skus: readonly string[];
  /** How often each item was changed. */
  readonly changes: readonly number[];
}

interface Kept extends Differences, MessageColumns {
  /** A document, because lines are documents themselves. */
  readonly made: string;
  readonly settled: readonly string[];
  readonly states: readonly string[];
  readonly settledVersions: readonly number[];
}

/** What the decisions together do to each item. */
function differencesOf(decisions: readonly KeptDecision[]): Differences {
  const bySku = new Map<string, Record<Shelf, number> & { changes: number }>();
  for (const { reservation, move } of decisions) {
    if (!move) continue;
    for (const { sku, quantity } of reservation.lines) {
      const sum = bySku.get(sku) ?? { available: 0, reserved: 0, consumed: 0, changes: 0 };
      sum[move.from] -= quantity;
      sum[move.to] += quantity;
      sum.changes += 1;
      bySku.set(sku, sum);
    }
  }
  const sums = [...bySku.values()];
  return {
    skus: [...bySku.keys()],
    available: sums.map(({ available }) => available),
    reserved: sums.map(({ reserved }) => reserved),
    consumed: sums.map(({ consumed }) => consumed),
    changes: sums.map(({ changes }) => changes),
  };
}

/**
 * Reservations are found by their place, which stays because they are locked. Joined by id, all of the
 * table would be read for as long as the plan stems from a time when it was small.
 */
const keepAll = statement<Kept>(
  (given) => sql`
    with moved as (
      update ${items} i
      set available = i.available + m.available, reserved = i.reserved + m.reserved,
        consumed = i.consumed + m.consumed, version = i.version + m.changes, updated_at = now()
      from unnest(${unmeasured(given.skus, "text")}, ${given.available}::bigint[], ${given.reserved}::bigint[],
        ${given.consumed}::bigint[], ${given.changes}::bigint[]
      ) as m (sku, available, reserved, consumed, changes)
      where i.sku = m.sku
    ), made as (
      insert into ${reservations} (id, source, ref, state, sku, quantity, price_cents, lines,
        total_cents, reason, missing, version)
      select id, source, ref, state, sku, quantity, "priceCents", lines,
        "totalCents", reason, missing, version
      from jsonb_to_recordset(${given.made}::jsonb) as r (id text, source text, ref text,
        state text, sku text, quantity int, "priceCents" bigint, lines jsonb, "totalCents" bigint,
        reason text, missing jsonb, version bigint)
    ), found as materialized (
      select id, ctid from ${reservations} where id = any(${unmeasured(given.settled, "text")}) order by id
    ), settled as (
      update ${reservations} r set state = s.state, version = s.version, updated_at = now()
      from unnest(${unmeasured(given.settled, "text")}, ${given.states}::text[],
        ${given.settledVersions}::bigint[]) as s (id, state, version)
      join found on found.id = s.id
      where r.ctid = found.ctid
    ) ${insertOf(given)}`,
);
