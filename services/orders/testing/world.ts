import { systemClock } from "@app/platform/clock.ts";
import { admitted, type Verdict } from "@app/platform/messaging/admission-rule.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { sql } from "drizzle-orm";
import { type OrderRequest, readOrderRequest } from "../domain/order-request.ts";
import { type AcceptOptions, acceptOrder } from "../store/accept-order.ts";
import { type AddedOrder, orderAdder } from "../store/add-order.ts";
import { orderIds } from "../store/order-ids.ts";

/** A database of one test's own, with what it takes to put orders into it. */
export interface OrdersWorld extends AsyncDisposable {
  readonly pool: Pool;
  readonly url: string;
  /** Every statement sent so far. */
  readonly statements: string[];
  /** What admission is to say from now on. */
  admission: Verdict;
  place(request?: OrderRequest, options?: AcceptOptions): Promise<AddedOrder>;
  /** Rows of a query that no store needs. */
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** What a test orders when it does not matter what. */
export const aBurger = readOrderRequest({ userId: "u1", sku: "burger", quantity: 2 });

export const anOrderOf = (...skus: readonly string[]): OrderRequest =>
  readOrderRequest({ userId: "u1", items: skus.map((sku) => ({ sku, quantity: 1 })) });

export async function ordersWorld(): Promise<OrdersWorld> {
  const database = await temporaryDatabase("orders");
  const statements: string[] = [];
  const pool = openPool({
    url: database.url,
    connectionsMax: 8,
    name: "orders test",
    onStatement: (text) => statements.push(text),
  });
  const world: { admission: Verdict } = { admission: admitted };
  const intake = {
    db: pool,
    addOrder: orderAdder(pool),
    orderIds: orderIds(pool),
    admission: { verdict: () => world.admission },
    clock: systemClock,
  };
  return Object.assign(world, {
    pool,
    url: database.url,
    statements,
    place: (request = aBurger, options = {}) => acceptOrder(intake, request, options),
    query: async (text: string) => [...(await pool.q.execute(sql.raw(text)))],
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  });
}
