import type { Seen } from "../domain/decision.ts";
import type { Item } from "../domain/item.ts";
import {
  type Line,
  type Reservation,
  type ReservationKey,
  reservationId,
} from "../domain/reservation.ts";
import { moveStock, type StockMove } from "../domain/stock.ts";

/**
 * The rows that one transaction has locked, as they are now: nobody else can change them before
 * it ends. A row that was looked for and is not there is known too, as undefined. Asking for a row
 * that was never locked is a mistake in a handler's `rows` and throws, because the answer
 * "unknown" would reject an order for nothing.
 */
export class LockedRows {
  readonly #items = new Map<string, Item | undefined>();
  readonly #reservations = new Map<string, Reservation | undefined>();

  addItems(skus: readonly string[], found: readonly Item[]): void {
    addTo(this.#items, skus, new Map(found.map((item) => [item.sku, item])));
  }

  addReservations(ids: readonly string[], found: readonly Reservation[]): void {
    addTo(this.#reservations, ids, new Map(found.map((one) => [reservationId(one), one])));
  }

  /** What a decision about one reservation may look at. */
  seen(key: ReservationKey): Seen {
    const id = reservationId(key);
    if (!this.#reservations.has(id)) throw new Error(`reservation ${id} was not locked`);
    return {
      key,
      reservation: this.#reservations.get(id),
      itemOf: (sku) => this.#itemOf(sku),
    };
  }

  /** The items of these lines as a move leaves them. */
  moved(lines: readonly Line[], move: StockMove): readonly Item[] {
    return lines.map(({ sku, quantity }) => {
      const item = this.#itemOf(sku);
      if (!item) throw new Error(`item ${sku} is in a reservation and not in the database`);
      return { ...item, stock: moveStock(item.stock, move, quantity), version: item.version + 1 };
    });
  }

  /** Takes in what was written. */
  replace(reservation: Reservation, items: readonly Item[]): void {
    this.#reservations.set(reservationId(reservation), reservation);
    for (const item of items) this.#items.set(item.sku, item);
  }

  #itemOf(sku: string): Item | undefined {
    if (!this.#items.has(sku)) throw new Error(`item ${sku} was not locked`);
    return this.#items.get(sku);
  }
}

/** What is known already stays: it may have been changed since, and that may not be written yet. */
function addTo<V>(
  known: Map<string, V | undefined>,
  wanted: readonly string[],
  found: ReadonlyMap<string, V>,
): void {
  for (const key of new Set([...wanted, ...found.keys()]))
    if (!known.has(key)) known.set(key, found.get(key));
}
