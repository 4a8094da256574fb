import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Decision } from "../domain/facts.ts";
import type { Order } from "../domain/order.ts";
import { type OwnedOrder, rowOf } from "./access.ts";
import { keepOrders } from "./keep-orders.ts";
import { toMessage } from "./messages.ts";
import { fromRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/**
 * Lets `decide` change one order, and stores the order and its facts together: a fact reaches the
 * outbox exactly when the change it describes is committed. Given a transaction, it joins it.
 * Refuses an unknown id, and in the same words an order of somebody else than `ownedBy`.
 */
export function changeOrder(
  db: Database,
  wanted: bigint | OwnedOrder,
  decide: (order: Order) => Decision,
): Promise<Order> {
  const asked = typeof wanted === "bigint" ? { id: wanted, ownedBy: undefined } : wanted;
  return db.transaction(async (tx) => {
    const [row] = await tx.q.select().from(orders).where(rowOf(asked)).for("update");
    if (!row) throw orderNotFound();

    const { order, facts } = decide(fromRow(row));
    await keepOrders(tx, {
      orders: [order],
      messages: facts.map((fact) => toMessage(fact, tx.messageIds)),
    });
    return order;
  });
}

export function orderNotFound(): Refusal {
  return new Refusal("not_found", "order_not_found", "not found");
}
