import type { Item } from "@app/inventory/domain/item.ts";
import { type Reservation, reservationId } from "@app/inventory/domain/reservation.ts";
import type { StockMove } from "@app/inventory/domain/stock.ts";
import type { KeptDecision } from "@app/inventory/store/keep-decisions.ts";
import { LockedRows } from "@app/inventory/store/locked-rows.ts";
import { messageOf } from "@app/inventory/store/messages.ts";
import type { InventoryStores, ItemListener } from "@app/inventory/store/unit.ts";
import type { Clock } from "@app/platform/clock.ts";
import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import { uniqueViolated } from "./database-error.ts";
import { inventoryTables, putItem } from "./inventory-tables.ts";
import type { OpenTransaction } from "./model-client.ts";
import { addToOutbox } from "./model-outbox.ts";
import type { ModelTable } from "./model-table.ts";
import type { ModelTransaction } from "./model-transaction.ts";

export interface ModelInventoryOptions {
  readonly clock: Clock;
  readonly itemChanged?: ItemListener;
}

/** As `inventoryUnit`: items are locked by sku, then reservations by id. */
export function modelInventoryUnit(
  tx: OpenTransaction,
  { clock, itemChanged }: ModelInventoryOptions,
): ServiceUnit<InventoryStores> {
  const rows = new LockedRows();
  const decided: KeptDecision[] = [];
  tx.beforeCommit(() => keepDecisions(tx, decided.splice(0)));

  return {
    stores: {
      ratings: { announce: notSimulated },
      reservations: {
        change(key, decide) {
          const seen = rows.seen(key);
          const decision = decide(seen);
          const { reservation, move, facts } = decision;
          if (reservation === undefined || reservation === seen.reservation) return decision;

          const items = move ? rows.moved(reservation.lines, move) : [];
          const stating = { time: clock.now(), ids: tx.messageIds };
          const messages = facts.map((fact) => messageOf(fact, stating));
          const isNew = seen.reservation === undefined;
          decided.push({ reservation, isNew, move, messages });

          rows.replace(reservation, items);
          for (const item of items) tx.afterCommit(() => itemChanged?.(item.sku, item));
          return decision;
        },
      },
    },
    async lock(named) {
      const skus = keysOf(named, "items");
      const ids = keysOf(named, "reservations");
      const [items, reservations] = await Promise.all([
        lockItems(tx, skus, ids),
        lockReservations(tx, ids),
      ]);
      rows.addItems(skus, items);
      rows.addReservations(ids, reservations);
    },
  };
}

/** One statement: moves the stock of all lines by difference, writes the reservations and states the messages. */
async function keepDecisions(tx: OpenTransaction, decided: readonly KeptDecision[]): Promise<void> {
  if (decided.length === 0) return;
  const { reservations } = inventoryTables(tx.server);
  await tx.run("reservations.keep", (statement) => {
    for (const { reservation, isNew, move } of decided) {
      if (move) moveLines(statement, tx, { reservation, move });
      const id = reservationId(reservation);
      statement.lock(reservations, id);
      if (isNew && statement.get(reservations, id)) throw uniqueViolated("reservations_pkey");
      statement.put(reservations, id, reservation);
    }
    addToOutbox(
      statement,
      tx.server,
      decided.flatMap(({ messages }) => messages),
    );
  });
  if (decided.some(({ messages }) => messages.length > 0)) tx.outboxWritten();
}

function moveLines(
  statement: ModelTransaction,
  { server }: OpenTransaction,
  { reservation, move }: { readonly reservation: Reservation; readonly move: StockMove },
): void {
  const { items } = inventoryTables(server);
  const { from, to } = move;
  for (const { sku, quantity } of reservation.lines) {
    const item = statement.get(items, sku);
    if (!item) continue;
    const taken = { ...item.stock, [from]: item.stock[from] - quantity };
    const stock = { ...taken, [to]: taken[to] + quantity };
    putItem(statement, items, { ...item, stock, version: item.version + 1 });
  }
}

/** The named items and those of the named reservations' lines, which are read unlocked. */
async function lockItems(
  tx: OpenTransaction,
  skus: readonly string[],
  reservationIds: readonly string[],
): Promise<readonly Item[]> {
  if (skus.length === 0 && reservationIds.length === 0) return [];
  const { items, reservations } = inventoryTables(tx.server);
  return tx.run("items.lock", (statement) => {
    const ofLines = reservationIds.flatMap(
      (id) => statement.get(reservations, id)?.lines.map(({ sku }) => sku) ?? [],
    );
    return lockedIn(statement, items, [...skus, ...ofLines]);
  });
}

async function lockReservations(
  tx: OpenTransaction,
  ids: readonly string[],
): Promise<readonly Reservation[]> {
  if (ids.length === 0) return [];
  const { reservations } = inventoryTables(tx.server);
  return tx.run("reservations.lock", (statement) => lockedIn(statement, reservations, ids));
}

/** Locks those rows that exist, sorted by key. */
function lockedIn<V>(
  statement: ModelTransaction,
  table: ModelTable<string, V>,
  keys: readonly string[],
): readonly V[] {
  return [...new Set(keys)].sort().flatMap((key) => {
    if (statement.get(table, key) === undefined) return [];
    statement.lock(table, key);
    const row = statement.get(table, key);
    return row === undefined ? [] : [row];
  });
}

const tables: ReadonlySet<string> = new Set(["items", "reservations"]);

function keysOf(named: readonly RowRef[], table: "items" | "reservations"): readonly string[] {
  const unknown = named.find((row) => !tables.has(row.table));
  if (unknown) throw new Error(`inventory has no table ${unknown.table} that messages change`);
  return [...new Set(named.filter((row) => row.table === table).map(({ key }) => key))];
}

/** Ratings are upserts by version, one at a time, and nothing follows from them. */
export async function notSimulated(): Promise<void> {
  throw new Error("ratings are not simulated");
}
