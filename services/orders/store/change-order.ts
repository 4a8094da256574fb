import { Refusal } from "@app/platform/errors.ts";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { eq } from "drizzle-orm";
import type { Decision } from "../domain/facts.ts";
import type { Order } from "../domain/order.ts";
import { type OwnedOrder, rowOf } from "./access.ts";
import { toMessage } from "./messages.ts";
import { changeOf, fromRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/**
 * Lets `decide` change one order, and stores the order and its facts together: a fact reaches the
 * outbox exactly when the change it describes is committed. Given a transaction, it joins it.
 * Refuses an unknown id, and in the same words an order of somebody else than `ownedBy`.
 */
export function changeOrder(
  db: Database,
  order: bigint | OwnedOrder,
  decide: (order: Order) => Decision,
): Promise<Order> {
  const asked = typeof order === "bigint" ? { id: order, ownedBy: undefined } : order;
  return db.transaction(async (tx) => {
    const [row] = await tx.q.select().from(orders).where(rowOf(asked)).for("update");
    if (!row) throw orderNotFound();

    const decision = decide(fromRow(row));
    await keepDecision(tx, decision);
    return decision.order;
  });
}

/** Stores what was decided about an order whose row `tx` has locked. */
export async function keepDecision(tx: Transaction, { order, facts }: Decision): Promise<void> {
  if (facts.length === 0) return;
  // Sent together: both stand behind the lock, so one round trip is enough.
  await Promise.all([
    tx.q.update(orders).set(changeOf(order)).where(eq(orders.id, order.id)),
    appendToOutbox(
      tx,
      facts.map((fact) => toMessage(fact, tx.messageIds)),
    ),
  ]);
}

export function orderNotFound(): Refusal {
  return new Refusal("not_found", "order_not_found", "not found");
}
