import { type Clock, systemClock } from "@app/platform/clock.ts";
import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import type { Decision, Seen } from "../domain/decision.ts";
import type { Item } from "../domain/item.ts";
import type { ReservationKey } from "../domain/reservation.ts";
import { lockRatings, type RatingsStore, ratingsStore } from "./item-ratings.ts";
import { type KeptDecision, keepDecisions } from "./keep-decisions.ts";
import { lockItems, lockReservations } from "./lock-rows.ts";
import { LockedRows } from "./locked-rows.ts";
import { messageOf } from "./messages.ts";

/** What inventory's handlers may do, bound to one transaction. */
export interface InventoryStores {
  readonly reservations: ReservationsStore;
  readonly ratings: RatingsStore;
}

export interface ReservationsStore {
  /**
   * Lets `decide` change one reservation and the stock of its lines. Both are written, with what is
   * stated about them, when the transaction is flushed. The rows must have been locked.
   */
  change(key: ReservationKey, decide: (seen: Seen) => Decision): Decision;
}

/** Hears of an item that was changed once the change is committed. It must not throw. */
export type ItemListener = (sku: string, item?: Item) => void;

export interface InventoryUnitOptions {
  readonly clock?: Clock;
  readonly itemChanged?: ItemListener;
}

/**
 * Inventory's part of one transaction. `lock` takes items by sku, then reservations by id, then ratings by sku, which is
 * the one order of this service, and remembers the rows: handlers decide in memory on what the
 * handlers before them left, and all decisions are written by one statement.
 *
 * A message that settles a reservation names only its order. Which items it will change is found
 * by an unlocked read of the reservation's lines, which never change once written. A reservation
 * that an earlier message of the same batch is about to make is not there to be read, but that
 * message names the same items.
 */
export function inventoryUnit(
  tx: Transaction,
  { clock = systemClock, itemChanged }: InventoryUnitOptions = {},
): ServiceUnit<InventoryStores> {
  const rows = new LockedRows();
  const decided: KeptDecision[] = [];
  tx.beforeCommit(() => keepDecisions(tx, decided.splice(0)));

  return {
    stores: {
      ratings: ratingsStore(tx),
      reservations: {
        change(key, decide) {
          const seen = rows.seen(key);
          const decision = decide(seen);
          const { reservation, move, facts } = decision;
          if (reservation === undefined || reservation === seen.reservation) return decision;

          const items = move ? rows.moved(reservation.lines, move) : [];
          const stating = { time: clock.now(), ids: tx.messageIds };
          decided.push({
            reservation,
            isNew: seen.reservation === undefined,
            move,
            messages: facts.map((fact) => messageOf(fact, stating)),
          });

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
        lockItems(tx, { skus, reservationIds: ids }),
        lockReservations(tx, ids),
        lockRatings(tx, keysOf(named, "item_ratings").toSorted()),
      ]);
      rows.addItems(skus, items);
      rows.addReservations(ids, reservations);
    },
  };
}

const tables = ["items", "reservations", "item_ratings"] as const;

function keysOf(named: readonly RowRef[], table: (typeof tables)[number]): readonly string[] {
  const unknown = named.find((row) => !tables.some((known) => known === row.table));
  if (unknown) throw new Error(`inventory has no table ${unknown.table} that messages change`);
  return [...new Set(named.filter((row) => row.table === table).map(({ key }) => key))];
}
