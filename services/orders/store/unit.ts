import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import {
  columnsOf,
  type RawRow,
  rowReader,
  statement,
  unmeasured,
} from "@app/platform/statement.ts";
import { sql } from "drizzle-orm";
import type { Decision } from "../domain/facts.ts";
import type { Order } from "../domain/order.ts";
import { keepOrders } from "./keep-orders.ts";
import { toMessage } from "./messages.ts";
import { fromRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/** What handlers of messages may do with orders, in their batch's transaction. */
export interface OrdersStore {
  /**
   * Lets `decide` change one order, whose row must have been locked. It is written, with what is
   * stated about it, when the transaction is flushed. An order that is not there is a fault, because
   * an order is committed before its first message: news about an unknown one must be looked at by
   * somebody.
   */
  change(id: bigint, decide: (order: Order) => Decision): Order;
}

export interface OrdersStores {
  readonly orders: OrdersStore;
}

/** Hears of an order's new state once it is committed. */
export type OrderListener = (order: Order) => void;

/**
 * Binds the orders to a batch: what `lock` has read is what its handlers decide on. What they decide
 * is written by one statement, when the transaction is flushed.
 */
export function ordersUnit(
  tx: Transaction,
  changed: OrderListener = () => undefined,
): ServiceUnit<OrdersStores> {
  const locked = new Map<bigint, Order | undefined>();
  const decided = new Map<bigint, Order>();
  const messages: OutgoingMessage[] = [];

  async function lock(rows: readonly RowRef[]): Promise<void> {
    const ids = rows.map(orderIdOf).filter((id) => !locked.has(id));
    if (ids.length === 0) return;
    const found = await tx.send(lockOrders, { ids: ids.map(String) });
    for (const id of ids) locked.set(id, undefined);
    for (const row of found) {
      const order = fromRow(readRow(row));
      locked.set(order.id, order);
    }
  }

  function change(id: bigint, decide: (order: Order) => Decision): Order {
    if (!locked.has(id)) throw new Error(`order ${id} was not locked`);
    const before = locked.get(id);
    if (!before) throw new Error(`order ${id} is unknown`);

    const { order, facts } = decide(before);
    if (facts.length === 0) return order;
    locked.set(id, order);
    decided.set(id, order);
    messages.push(...facts.map((fact) => toMessage(fact, tx.messageIds)));
    tx.afterCommit(() => changed(order));
    return order;
  }

  tx.beforeCommit(async () => {
    const kept = { orders: [...decided.values()], messages: messages.splice(0) };
    decided.clear();
    await keepOrders(tx, kept);
  });

  return { stores: { orders: { change } }, lock };
}

const lockOrders = statement<{ readonly ids: readonly string[] }, RawRow>(
  ({ ids }) => sql`
    select ${columnsOf(orders)} from ${orders}
    where ${orders.id} = any(${unmeasured(ids, "bigint")})
    order by ${orders.id} for update`,
);

const readRow = rowReader(orders);

function orderIdOf({ table, key }: RowRef): bigint {
  if (table !== "orders") throw new Error(`orders has no table ${table} that messages change`);
  return BigInt(key);
}
