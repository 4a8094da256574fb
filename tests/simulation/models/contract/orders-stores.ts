import { cancelOrder, rejectOrder } from "@app/orders/domain/cancel-order.ts";
import { confirmOrder } from "@app/orders/domain/confirm-order.ts";
import type { Order } from "@app/orders/domain/order.ts";
import { type PlacedOrder, placeOrder } from "@app/orders/domain/place-order.ts";
import { type AddOrderOptions, orderAdder } from "@app/orders/store/add-order.ts";
import { changeOrder } from "@app/orders/store/change-order.ts";
import { timeOutOrders } from "@app/orders/store/deadlines.ts";
import { fromRow } from "@app/orders/store/order-row.ts";
import { orders as ordersTable } from "@app/orders/store/tables.ts";
import { type OrdersStores, ordersUnit } from "@app/orders/store/unit.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { OutboxStore } from "@app/platform/messaging/outbox-store.ts";
import { postgresOutbox } from "@app/platform/messaging/postgres-outbox.ts";
import { frozenDatabase, setClock } from "@app/platform/testing/store-contract/frozen-clock.ts";
import { asc } from "drizzle-orm";
import { openBoundary } from "../../boundary.ts";
import { chanceOf, simulatedRandom } from "../../world/chance.ts";
import { modelClient } from "../model-client.ts";
import {
  addModelOrder,
  changeModelOrder,
  modelOrdersOf,
  modelOrdersUnit,
  timeOutModelOrders,
} from "../model-orders.ts";
import { modelOutbox } from "../model-outbox.ts";
import { ModelServer } from "../model-server.ts";
import { type Announced, announcedIn, announcedInModel } from "./announced.ts";

type Decide = Parameters<typeof changeOrder>[2];

/** What requests, handlers and deadlines may do with orders, on a model or on Postgres. */
export interface OrdersUnderTest extends AsyncDisposable {
  now(): Date;
  /** An id for a new order: each is given once. */
  drawId(): bigint;
  readonly outbox: OutboxStore;
  add(placed: PlacedOrder, options: AddOrderOptions): Promise<unknown>;
  change(id: bigint, decide: Decide): Promise<Order>;
  /** One transaction with the stores that handlers are given. */
  batch(work: (unit: ServiceUnit<OrdersStores>) => Promise<void>): Promise<void>;
  timeOut(deadlineMs: number): Promise<number>;
  setNow(now: Date): Promise<void>;
  empty(): Promise<void>;
  state(): Promise<{
    readonly orders: readonly Order[];
    readonly announced: readonly Announced[];
  }>;
}

export async function postgresOrders(): Promise<OrdersUnderTest> {
  const database = await frozenDatabase("orders");
  const { pool } = database;
  let at = new Date(0);
  let drawn = 0n;
  return {
    now: () => at,
    drawId: () => ++drawn,
    outbox: postgresOutbox(pool),
    add: orderAdder(pool),
    change: (id, decide) => changeOrder(pool, id, decide),
    batch: (work) => pool.transaction((tx) => work(ordersUnit(tx))),
    timeOut: (deadlineMs) => timeOutOrders(pool, { deadlineMs, limit: 10 }),
    setNow: (now) => {
      at = now;
      return database.setNow(now);
    },
    empty: () => {
      drawn = 0n;
      return database.empty();
    },
    state: async () => ({
      orders: (await pool.q.select().from(ordersTable).orderBy(asc(ordersTable.id))).map(fromRow),
      announced: await announcedIn(pool),
    }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export async function modelledOrders(): Promise<OrdersUnderTest> {
  const clock = setClock(new Date(0));
  const random = simulatedRandom(chanceOf(1), () => clock.now().getTime());
  const fresh = () =>
    modelClient({
      server: new ModelServer(clock),
      owner: "contract",
      boundary: openBoundary,
      random,
    });
  let db = fresh();
  return {
    now: clock.now,
    drawId: () => BigInt(db.server.next("orders")),
    get outbox() {
      return modelOutbox(db);
    },
    add: (placed, options) => addModelOrder(db, placed, options),
    change: (id, decide) => changeModelOrder(db, id, decide),
    batch: (work) => db.transaction((tx) => work(modelOrdersUnit(tx))),
    timeOut: (deadlineMs) => timeOutModelOrders(db, { deadlineMs, limit: 10 }),
    setNow: async (now) => clock.set(now),
    empty: async () => {
      db = fresh();
    },
    state: async () => ({
      orders: modelOrdersOf(db.server).toSorted((a, b) => Number(a.id - b.id)),
      announced: announcedInModel(db.server),
    }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** What is decided about an order in the contract. */
export const decisions = {
  cancel:
    (at: Date): Decide =>
    (order) =>
      cancelOrder(order, "no longer hungry", at),
  reject:
    (at: Date): Decide =>
    (order) =>
      rejectOrder(order, { reason: "insufficient stock", missing: ["burger"] }, at),
  confirm:
    (at: Date): Decide =>
    (order) =>
      confirmOrder(order, { items: [{ sku: "burger", priceCents: 100 }], totalCents: 200 }, at),
} as const;

export const aPlacedOrder = (id: bigint, quantity: number, at: Date): PlacedOrder =>
  placeOrder({ userId: "u1", note: "", lines: [{ sku: "burger", quantity }] }, { id, at });
