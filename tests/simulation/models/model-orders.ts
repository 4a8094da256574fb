import { timeOutOrder } from "@app/orders/domain/cancel-order.ts";
import type { Decision } from "@app/orders/domain/facts.ts";
import type { Order } from "@app/orders/domain/order.ts";
import type { PlacedOrder } from "@app/orders/domain/place-order.ts";
import type { AddedOrder, AddOrderOptions } from "@app/orders/store/add-order.ts";
import { orderNotFound } from "@app/orders/store/change-order.ts";
import { brokerSilenceMs, type Deadlines } from "@app/orders/store/deadlines.ts";
import type { KeptOrders } from "@app/orders/store/keep-orders.ts";
import { toMessage } from "@app/orders/store/messages.ts";
import type { OrderListener, OrdersStores } from "@app/orders/store/unit.ts";
import { crashPoint } from "@app/platform/crash-point.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { uniqueViolated } from "./database-error.ts";
import { messagingTables } from "./messaging-tables.ts";
import type { ModelDatabase, OpenTransaction } from "./model-client.ts";
import { addToOutbox } from "./model-outbox.ts";
import type { ModelServer } from "./model-server.ts";
import { ModelTable } from "./model-table.ts";

export interface OrderRow {
  readonly order: Order;
  readonly deadlineSeconds: number | null;
}

/** The tables of orders' own. */
export class OrdersTables {
  /** By id as text. */
  readonly orders = new ModelTable<string, OrderRow>();
  /** By scope and key. */
  readonly idempotencyKeys = new ModelTable<
    string,
    { readonly orderId: bigint; readonly requestHash: string }
  >();
}

const tablesOf = new WeakMap<ModelServer, OrdersTables>();

export function ordersTables(server: ModelServer): OrdersTables {
  const known = tablesOf.get(server);
  if (known) return known;
  const tables = new OrdersTables();
  tablesOf.set(server, tables);
  return tables;
}

/** As `addOrder`: one statement stores the order and its message, or finds the key's earlier order. */
export async function addModelOrder(
  db: ModelDatabase,
  { order, facts: [created] }: PlacedOrder,
  { idempotency, deadlineSeconds }: AddOrderOptions = {},
): Promise<AddedOrder> {
  const { orders, idempotencyKeys } = ordersTables(db.server);
  const message = toMessage(created, db.messageIds);
  const earlier = await db.run("orders.add", (tx) => {
    if (idempotency) {
      const { scope, key, requestHash } = idempotency;
      const place = JSON.stringify([scope, key]);
      tx.lock(idempotencyKeys, place);
      const kept = tx.get(idempotencyKeys, place);
      if (kept) return kept;
      tx.put(idempotencyKeys, place, { orderId: order.id, requestHash });
    }
    tx.lock(orders, String(order.id));
    if (tx.get(orders, String(order.id))) throw uniqueViolated("orders_pkey");
    tx.put(orders, String(order.id), { order, deadlineSeconds: deadlineSeconds ?? null });
    addToOutbox(tx, db.server, [message]);
    return undefined;
  });

  if (!earlier) {
    db.outboxWritten();
    crashPoint("request.after-commit-before-reply");
    return { id: order.id, replayed: false };
  }
  if (earlier.requestHash !== idempotency?.requestHash)
    throw new Refusal(
      "mismatch",
      "idempotency_key_reused",
      "idempotency key was used for another request",
    );
  return { id: earlier.orderId, replayed: true };
}

export async function findModelOrder(db: ModelDatabase, id: bigint): Promise<Order> {
  const { orders } = ordersTables(db.server);
  const row = await db.run("orders.find", (tx) => tx.get(orders, String(id)));
  if (!row) throw orderNotFound();
  return row.order;
}

/** As `changeOrder`. */
export function changeModelOrder(
  db: ModelDatabase,
  id: bigint,
  decide: (order: Order) => Decision,
): Promise<Order> {
  return db.transaction(async (tx) => {
    const [row] = await lockOrders(tx, [id]);
    if (!row) throw orderNotFound();
    const { order, facts } = decide(row.order);
    await keepOrders(tx, {
      orders: [order],
      messages: facts.map((fact) => toMessage(fact, tx.messageIds)),
    });
    return order;
  });
}

/** As `ordersUnit`. */
export function modelOrdersUnit(
  tx: OpenTransaction,
  changed: OrderListener = () => undefined,
): ServiceUnit<OrdersStores> {
  const locked = new Map<bigint, Order | undefined>();
  const decided = new Map<bigint, Order>();
  const messages: OutgoingMessage[] = [];

  async function lock(rows: readonly RowRef[]): Promise<void> {
    const ids = rows.map(orderIdOf).filter((id) => !locked.has(id));
    if (ids.length === 0) return;
    const found = await lockOrders(tx, ids);
    for (const id of ids) locked.set(id, undefined);
    for (const { order } of found) locked.set(order.id, order);
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

/** As `timeOutOrders`. */
export async function timeOutModelOrders(db: ModelDatabase, deadlines: Deadlines): Promise<number> {
  let timedOut = 0;
  for (const { id, at } of await overdueModelOrders(db, deadlines)) {
    let decided = false;
    const order = await changeModelOrder(db, id, (order) => {
      const decision = timeOutOrder(order, at);
      decided = decision.facts.length > 0;
      return decision;
    });
    if (!decided) continue;
    timedOut += 1;
    deadlines.changed?.(order);
  }
  return timedOut;
}

export function overdueModelOrders(
  { server, run }: ModelDatabase,
  { deadlineMs, limit }: Deadlines,
): Promise<readonly { readonly id: bigint; readonly at: Date }[]> {
  const { orders } = ordersTables(server);
  const { outbox, sent, brokerSeen } = messagingTables(server);
  return run("orders.overdue", (tx) => {
    const broker = tx.get(brokerSeen, 1);
    const now = tx.startedMs;
    if (!broker || broker.seenAt.getTime() <= now - brokerSilenceMs(deadlineMs)) return [];
    const isOverdue = ({ order, deadlineSeconds }: OrderRow) => {
      const before = now - (deadlineSeconds === null ? deadlineMs : deadlineSeconds * 1_000);
      const isOld = order.status === "PENDING" && order.createdAt.getTime() <= before;
      if (!isOld || broker.returnedAt.getTime() > before) return false;
      const key = `order/${order.id}`;
      const isFirst = (row: { readonly key: string; readonly version: number }) =>
        row.key === key && row.version === 1;
      const sentAt = [...tx.rows(sent)].filter(isFirst).map((row) => row.sentAt.getTime());
      if (sentAt.length > 0) return Math.max(...sentAt) <= before;
      return ![...tx.rows(outbox)].some(isFirst);
    };
    const overdue = [...tx.rows(orders)].filter(isOverdue).sort(byAge);
    return overdue.slice(0, limit).map(({ order }) => ({ id: order.id, at: tx.now }));
  });
}

function byAge(a: OrderRow, b: OrderRow): number {
  const ageMs = a.order.createdAt.getTime() - b.order.createdAt.getTime();
  // By their own deadlines last, as the statement unites the two kinds.
  const kind = Number(a.deadlineSeconds !== null) - Number(b.deadlineSeconds !== null);
  return kind || ageMs || Number(a.order.id - b.order.id);
}

function lockOrders(tx: OpenTransaction, ids: readonly bigint[]): Promise<readonly OrderRow[]> {
  const { orders } = ordersTables(tx.server);
  return tx.run("orders.lock", (statement) =>
    [...new Set(ids)].sort(ascending).flatMap((id) => {
      const key = String(id);
      if (!statement.get(orders, key)) return [];
      statement.lock(orders, key);
      const row = statement.get(orders, key);
      return row ? [row] : [];
    }),
  );
}

/** As `keepOrders`: one statement. */
async function keepOrders(tx: OpenTransaction, { orders, messages }: KeptOrders): Promise<void> {
  if (messages.length === 0) return;
  const tables = ordersTables(tx.server);
  await tx.run("orders.keep", (statement) => {
    for (const order of orders) {
      const row = statement.get(tables.orders, String(order.id));
      if (row) statement.put(tables.orders, String(order.id), { ...row, order });
    }
    addToOutbox(statement, tx.server, messages);
  });
  tx.outboxWritten();
}

function orderIdOf({ table, key }: RowRef): bigint {
  if (table !== "orders") throw new Error(`orders has no table ${table} that messages change`);
  return BigInt(key);
}

const ascending = (a: bigint, b: bigint) => (a < b ? -1 : 1);

/** Every order, for checks on what a history came to. */
export const modelOrdersOf = (server: ModelServer): readonly Order[] =>
  [...ordersTables(server).orders.committed.values()].map(({ order }) => order);
