import type { Item } from "@app/inventory/domain/item.ts";
import { repeatReservation } from "@app/inventory/domain/repeat-reservation.ts";
import {
  type Line,
  type Reservation,
  type ReservationKey,
  reservationId,
} from "@app/inventory/domain/reservation.ts";
import { covers, INSUFFICIENT_STOCK } from "@app/inventory/domain/reserve-stock.ts";
import { releaseReservation } from "@app/inventory/domain/settle-reservation.ts";
import { itemNotFound } from "@app/inventory/store/items.ts";
import type { CallersReservation } from "@app/inventory/store/reserve-for-caller.ts";
import { Refusal } from "@app/platform/errors.ts";
import { row } from "@app/platform/messaging/handler.ts";
import { inventoryTables, putItem } from "./inventory-tables.ts";
import type { ModelDatabase } from "./model-client.ts";
import { type ModelInventoryOptions, modelInventoryUnit } from "./model-inventory-unit.ts";

/** As `addItem`. */
export async function addModelItem(db: ModelDatabase, item: Item): Promise<void> {
  const { items } = inventoryTables(db.server);
  await db.run("items.add", (tx) => {
    tx.lock(items, item.sku);
    if (tx.get(items, item.sku))
      throw new Refusal("conflict", "item_exists", "item exists already");
    putItem(tx, items, item);
  });
}

/** As `changeItem`. */
export function changeModelItem(
  db: ModelDatabase,
  sku: string,
  decide: (item: Item) => Item,
): Promise<Item> {
  const { items } = inventoryTables(db.server);
  return db.transaction(async (tx) => {
    const before = await tx.run("items.lock", (statement) => {
      if (!statement.get(items, sku)) return undefined;
      statement.lock(items, sku);
      return statement.get(items, sku);
    });
    if (!before || before.deleted) throw itemNotFound();
    const item = decide(before);
    await tx.run("items.keep", (statement) => {
      if (item.deleted && item.stock.reserved > 0)
        throw new Refusal("conflict", "item_is_reserved", "item is reserved");
      putItem(statement, items, item);
    });
    return item;
  });
}

export async function findModelItem(db: ModelDatabase, sku: string): Promise<Item> {
  const { items } = inventoryTables(db.server);
  const item = await db.run("items.find", (tx) => tx.get(items, sku));
  if (!item || item.deleted) throw itemNotFound();
  return item;
}

export function findModelReservation(
  db: ModelDatabase,
  id: string,
): Promise<Reservation | undefined> {
  const { reservations } = inventoryTables(db.server);
  return db.run("reservations.find", (tx) => tx.get(reservations, id));
}

/** As `reserveForCaller`. */
export async function reserveForModelCaller(
  db: ModelDatabase,
  key: ReservationKey,
  line: Line,
): Promise<CallersReservation> {
  const id = reservationId(key);
  if (await take(db, key, line)) return { id, repeated: false };

  const earlier = await findModelReservation(db, id);
  if (!earlier) throw new Refusal("insufficient", "insufficient_stock", INSUFFICIENT_STOCK);
  repeatReservation(earlier, line);
  return { id, repeated: true };
}

/** As `releaseForCaller`. */
export async function releaseForModelCaller(
  db: ModelDatabase,
  id: string,
  options: ModelInventoryOptions,
): Promise<void> {
  await db.transaction(async (tx) => {
    const reservation = await findModelReservation(tx, id);
    if (reservation?.source !== "rpc")
      throw new Refusal("not_found", "reservation_not_found", "not found");

    const unit = modelInventoryUnit(tx, options);
    await unit.lock([row("reservations", id)]);
    unit.stores.reservations.change(reservation, releaseReservation);
  });
}

function take(db: ModelDatabase, key: ReservationKey, line: Line): Promise<boolean> {
  const { items, reservations } = inventoryTables(db.server);
  const { sku, quantity } = line;
  const id = reservationId(key);
  return db.run("reservations.take", (tx) => {
    if (!covers(tx.get(items, sku), line)) return false;
    tx.lock(items, sku);
    const item = tx.get(items, sku);
    if (!covers(item, line)) return false;
    tx.lock(reservations, id);
    if (tx.get(reservations, id)) return false;
    const { priceCents, stock, version } = item;
    const lines = [{ sku, quantity, priceCents }];
    const totalCents = priceCents * quantity;
    tx.put(reservations, id, { ...key, state: "RESERVED", lines, totalCents, version: 0 });
    const { available, reserved } = stock;
    const moved = { available: available - quantity, reserved: reserved + quantity };
    putItem(tx, items, { ...item, stock: { ...stock, ...moved }, version: version + 1 });
    return true;
  });
}
