import { deleteItem, type Item, newItem, restockItem } from "@app/inventory/domain/item.ts";
import type { Reservation, ReservationKey } from "@app/inventory/domain/reservation.ts";
import { itemColumns, itemFromRow } from "@app/inventory/store/item-row.ts";
import { addItem, changeItem } from "@app/inventory/store/items.ts";
import { releaseForCaller } from "@app/inventory/store/release-for-caller.ts";
import { reservationFromRow } from "@app/inventory/store/reservation-row.ts";
import { reserveForCaller } from "@app/inventory/store/reserve-for-caller.ts";
import { items, reservations } from "@app/inventory/store/tables.ts";
import { type InventoryStores, inventoryUnit } from "@app/inventory/store/unit.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import { frozenDatabase, setClock } from "@app/platform/testing/store-contract/frozen-clock.ts";
import { asc } from "drizzle-orm";
import { openBoundary } from "../../boundary.ts";
import { chanceOf, simulatedRandom } from "../../world/chance.ts";
import { inventoryTables } from "../inventory-tables.ts";
import { modelClient } from "../model-client.ts";
import {
  addModelItem,
  changeModelItem,
  releaseForModelCaller,
  reserveForModelCaller,
} from "../model-inventory.ts";
import { modelInventoryUnit } from "../model-inventory-unit.ts";
import { ModelServer } from "../model-server.ts";
import { type Announced, announcedIn, announcedInModel } from "./announced.ts";

/** What operators, callers and handlers may do with stock, on a model or on Postgres. */
export interface InventoryUnderTest extends AsyncDisposable {
  add(item: Item): Promise<void>;
  change(sku: string, decide: (item: Item) => Item): Promise<Item>;
  reserve(key: ReservationKey, sku: string, quantity: number): Promise<unknown>;
  release(id: string): Promise<void>;
  /** One transaction with the stores that handlers are given. */
  batch(work: (unit: ServiceUnit<InventoryStores>) => Promise<void>): Promise<void>;
  empty(): Promise<void>;
  state(): Promise<{
    readonly items: readonly Item[];
    readonly reservations: readonly Reservation[];
    readonly announced: readonly Announced[];
  }>;
}

const noon = new Date("2026-06-01T12:00:00.000Z");

export async function postgresInventory(): Promise<InventoryUnderTest> {
  const database = await frozenDatabase("inventory");
  const { pool } = database;
  const clock = setClock(noon);
  await database.setNow(noon);
  return {
    add: (item) => addItem(pool, item),
    change: (sku, decide) => changeItem(pool, sku, decide),
    reserve: (key, sku, quantity) => reserveForCaller(pool, key, { sku, quantity }),
    release: (id) => releaseForCaller(pool, id, { clock }),
    batch: (work) => pool.transaction((tx) => work(inventoryUnit(tx, { clock }))),
    empty: database.empty,
    state: async () => ({
      items: (await pool.q.select(itemColumns).from(items).orderBy(asc(items.sku))).map(
        itemFromRow,
      ),
      reservations: (await pool.q.select().from(reservations).orderBy(asc(reservations.id))).map(
        reservationFromRow,
      ),
      announced: await announcedIn(pool),
    }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export async function modelledInventory(): Promise<InventoryUnderTest> {
  const clock = setClock(noon);
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
    add: (item) => addModelItem(db, item),
    change: (sku, decide) => changeModelItem(db, sku, decide),
    reserve: (key, sku, quantity) => reserveForModelCaller(db, key, { sku, quantity }),
    release: (id) => releaseForModelCaller(db, id, { clock }),
    batch: (work) => db.transaction((tx) => work(modelInventoryUnit(tx, { clock }))),
    empty: async () => {
      db = fresh();
    },
    state: async () => {
      const tables = inventoryTables(db.server);
      const sorted = <V>(rows: ReadonlyMap<string, V>) =>
        [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
      return {
        items: sorted(tables.items.committed),
        reservations: sorted(tables.reservations.committed),
        announced: announcedInModel(db.server),
      };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** What is done to an item in the contract. */
export const itemChanges = {
  restock: (item: Item) => restockItem(item, 2),
  delete: deleteItem,
} as const;

export const anItem = (sku: string, initial: number): Item =>
  newItem({ sku, name: sku, description: null, photoUrl: null, priceCents: 100, initial });
