import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { outboxRow } from "@app/platform/messaging/outbox.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import type { Queries, Transaction } from "@app/platform/postgres.ts";
import { eq, sql } from "drizzle-orm";
import { type Line, type Reservation, reservationId } from "../domain/reservation.ts";
import type { StockMove } from "../domain/stock.ts";
import { reservationToRow } from "./reservation-row.ts";
import { items, reservations } from "./tables.ts";

export interface KeptDecision {
  readonly reservation: Reservation;
  readonly isNew: boolean;
  readonly move: StockMove | undefined;
  readonly messages: readonly OutgoingMessage[];
}

/**
 * Writes one decision in one statement: the stock of all lines, the reservation, and the message
 * that states it. Stock moves by difference, so that a decision made on a stale reading overwrites
 * nothing: it breaks a check instead. The rows must be locked, in the service's order.
 */
export async function keepDecision(
  tx: Transaction,
  { reservation, isNew, move, messages }: KeptDecision,
): Promise<void> {
  const { q } = tx;
  const stock = move ? [q.$with("stock").as(moveOf(q, reservation.lines, move))] : [];
  if (messages.length === 0) {
    const head = q.with(...stock);
    await (isNew ? insertOf(head, reservation) : settleOf(head, reservation));
    return;
  }

  const part = q.$with("reservation");
  const kept = isNew ? part.as(insertOf(q, reservation)) : part.as(settleOf(q, reservation));
  await q
    .with(...stock, kept)
    .insert(outbox)
    .values(messages.map(outboxRow));
  tx.outboxWritten();
}

const insertOf = (q: Pick<Queries, "insert">, reservation: Reservation) =>
  q.insert(reservations).values(reservationToRow(reservation)).returning({ id: reservations.id });

/** Lines and prices stay as they were written. */
const settleOf = (q: Pick<Queries, "update">, reservation: Reservation) =>
  q
    .update(reservations)
    .set({ state: reservation.state, version: reservation.version, updatedAt: sql`now()` })
    .where(eq(reservations.id, reservationId(reservation)))
    .returning({ id: reservations.id });

/** One line is a plain update by key; several come as one document, so that their number makes no new statement. */
function moveOf(q: Queries, lines: readonly Line[], { from, to }: StockMove) {
  const update = (quantity: unknown) =>
    q.update(items).set({
      [from]: sql`${items[from]} - ${quantity}`,
      [to]: sql`${items[to]} + ${quantity}`,
      version: sql`${items.version} + 1`,
      updatedAt: sql`now()`,
    });
  const [line] = lines;
  if (line && lines.length === 1)
    return update(line.quantity).where(eq(items.sku, line.sku)).returning({ sku: items.sku });

  const document = JSON.stringify(lines.map(({ sku, quantity }) => ({ sku, quantity })));
  return update(sql`line.quantity`)
    .from(sql`jsonb_to_recordset(${document}::jsonb) as line(sku text, quantity bigint)`)
    .where(eq(items.sku, sql`line.sku`))
    .returning({ sku: items.sku });
}
