import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import type { Decision } from "../domain/facts.ts";
import type { Order } from "../domain/order.ts";
import { keepDecision } from "./change-order.ts";
import { idIn } from "./find-order.ts";
import { fromRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/** What handlers of messages may do with orders, in their batch's transaction. */
export interface OrdersStore {
  /**
   * Lets `decide` change one order, as `changeOrder` does for requests. An order that is not there
   * is a fault, because an order is committed before its first message: news about an unknown one
   * must be looked at by somebody.
   */
  change(id: bigint, decide: (order: Order) => Decision): Promise<Order>;
}

export interface OrdersStores {
  readonly orders: OrdersStore;
}

/** Hears of an order's new state once it is committed. */
export type OrderListener = (order: Order) => void;

/** Binds the orders to a batch: what `lock` has read is what its handlers decide on. */
export function ordersUnit(
  tx: Transaction,
  changed: OrderListener = () => undefined,
): ServiceUnit<OrdersStores> {
  const locked = new Map<bigint, Order>();

  async function lock(rows: readonly RowRef[]): Promise<void> {
    const ids = rows.map(orderIdOf).filter((id) => !locked.has(id));
    if (ids.length === 0) return;
    const found = await tx.q
      .select()
      .from(orders)
      .where(idIn(ids))
      .orderBy(orders.id)
      .for("update");
    for (const row of found) locked.set(row.id, fromRow(row));
  }

  async function change(id: bigint, decide: (order: Order) => Decision): Promise<Order> {
    await lock([{ table: "orders", key: String(id) }]);
    const before = locked.get(id);
    if (!before) throw new Error(`order ${id} is unknown`);

    const { order, facts } = decide(before);
    await keepDecision(tx, { order, facts });
    locked.set(id, order);
    if (facts.length > 0) tx.afterCommit(() => changed(order));
    return order;
  }

  return { stores: { orders: { change } }, lock };
}

function orderIdOf({ table, key }: RowRef): bigint {
  if (table !== "orders") throw new Error(`orders has no table ${table} that messages change`);
  return BigInt(key);
}
