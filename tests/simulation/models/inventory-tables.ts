import type { Item } from "@app/inventory/domain/item.ts";
import type { Reservation } from "@app/inventory/domain/reservation.ts";
import { checkViolated } from "./database-error.ts";
import type { ModelServer } from "./model-server.ts";
import { ModelTable } from "./model-table.ts";
import type { ModelTransaction } from "./model-transaction.ts";

/** The tables of inventory's own. */
export class InventoryTables {
  /** By sku. */
  readonly items = new ModelTable<string, Item>();
  /** By `reservationId`. */
  readonly reservations = new ModelTable<string, Reservation>();
}

const tablesOf = new WeakMap<ModelServer, InventoryTables>();

export function inventoryTables(server: ModelServer): InventoryTables {
  const known = tablesOf.get(server);
  if (known) return known;
  const tables = new InventoryTables();
  tablesOf.set(server, tables);
  return tables;
}

/** Writes an item, within the checks that the schema makes. */
export function putItem(tx: ModelTransaction, items: ModelTable<string, Item>, item: Item): void {
  const { initial, restocked, available, reserved, consumed } = item.stock;
  if (initial + restocked !== available + reserved + consumed)
    throw checkViolated("items_conserved");
  if (available < 0) throw checkViolated("items_available_not_negative");
  if (reserved < 0) throw checkViolated("items_reserved_not_negative");
  if (consumed < 0) throw checkViolated("items_consumed_not_negative");
  if (item.deleted && reserved !== 0) throw checkViolated("items_deleted_holds_nothing");
  tx.put(items, item.sku, item);
}
