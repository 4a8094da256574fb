import { messageContracts } from "@app/contracts/messages.ts";
import { row } from "@app/platform/messaging/handler.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { fromBinary, type Message } from "@bufbuild/protobuf";
import { asc, eq } from "drizzle-orm";
import type { Decision, Seen } from "../domain/decision.ts";
import { type Item, newItem } from "../domain/item.ts";
import {
  type Line,
  orderReservation,
  type ReservationKey,
  reservationId,
} from "../domain/reservation.ts";
import { reserveStock } from "../domain/reserve-stock.ts";
import type { Stock } from "../domain/stock.ts";
import { itemFromRow } from "../store/item-row.ts";
import { addItem } from "../store/items.ts";
import { items } from "../store/tables.ts";
import { inventoryUnit } from "../store/unit.ts";

/** A database of one test's own with a menu, and a pool on it. */
export interface World extends AsyncDisposable {
  readonly db: Pool;
  readonly url: string;
  /** Writes by hand, past every rule of the code. */
  run(statement: string): Promise<unknown>;
  stock(sku: string): Promise<Stock>;
  /** What waits in the outbox, decoded, oldest first. */
  announced(): Promise<readonly Announcement[]>;
  /** Reserves for an order as the consumer of its message does. */
  order(id: bigint, lines: Readonly<Record<string, number>>): Promise<Decision>;
  /** Changes one reservation as a consumer does: locks, decides, keeps. */
  change(
    key: ReservationKey,
    decide: (seen: Seen) => Decision,
    skus?: readonly string[],
  ): Promise<Decision>;
}

export interface Announcement {
  readonly subject: string;
  readonly key: string;
  readonly version: number;
  readonly message: Message & Record<string, unknown>;
}

export interface WorldOptions {
  readonly connectionsMax?: number;
}

/** Prices follow the order in which the items are given: 100 cents, 200 cents and so on. */
export async function inventoryWorld(
  menu: Readonly<Record<string, number>>,
  { connectionsMax = 8 }: WorldOptions = {},
): Promise<World> {
  const database = await temporaryDatabase("inventory");
  const db = openPool({ url: database.url, connectionsMax, name: "inventory-test" });
  for (const [at, [sku, initial]] of Object.entries(menu).entries())
    await addItem(db, item({ sku, initial, priceCents: (at + 1) * 100 }));

  const change: World["change"] = (key, decide, skus = []) =>
    db.transaction(async (tx) => {
      const unit = inventoryUnit(tx);
      await unit.lock([
        ...skus.map((sku) => row("items", sku)),
        row("reservations", reservationId(key)),
      ]);
      return unit.stores.reservations.change(key, decide);
    });

  return {
    db,
    url: database.url,
    change,
    run: async (statement) => db.q.execute(statement),
    order: (id, wanted) => {
      const lines = linesOf(wanted);
      const skus = lines.map(({ sku }) => sku);
      return change(orderReservation(id), (seen) => reserveStock(seen, lines), skus);
    },
    stock: async (sku) => {
      const [found] = await db.q.select().from(items).where(eq(items.sku, sku));
      if (!found) throw new Error(`there is no item ${sku}`);
      return itemFromRow(found).stock;
    },
    announced: async () =>
      (await db.q.select().from(outbox).orderBy(asc(outbox.id))).map(
        ({ subject, key, version, payload }) => ({
          subject,
          key,
          version,
          message: decoded(subject, payload),
        }),
      ),
    async [Symbol.asyncDispose]() {
      await db.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

export const linesOf = (wanted: Readonly<Record<string, number>>): readonly Line[] =>
  Object.entries(wanted).map(([sku, quantity]) => ({ sku, quantity }));

export const item = (given: Partial<Item> & { sku: string; initial?: number }): Item => ({
  ...newItem({
    name: given.sku,
    description: null,
    photoUrl: null,
    priceCents: 100,
    initial: given.initial ?? 10,
    ...given,
  }),
});

function decoded(subject: string, payload: Uint8Array) {
  const contract = messageContracts.find((known) => subject.startsWith(`${known.subject}.`));
  if (!contract) throw new Error(`no contract has ${subject}`);
  return fromBinary(contract.schema, payload) as Message & Record<string, unknown>;
}
