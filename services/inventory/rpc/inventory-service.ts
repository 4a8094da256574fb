import type { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import type { Changes } from "@app/platform/changes.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Random } from "@app/platform/random.ts";
import type { ServiceImpl } from "@connectrpc/connect";
import type { Item } from "../domain/item.ts";
import { averageOf, type Rating } from "../domain/rating.ts";
import { callersReservation } from "../domain/reservation.ts";
import { findRatings } from "../store/item-ratings.ts";
import { findItem, findItems, itemNotFound } from "../store/items.ts";
import { menuPage } from "../store/menu.ts";
import { releaseForCaller } from "../store/release-for-caller.ts";
import { reserveForCaller } from "../store/reserve-for-caller.ts";
import { merged } from "./merged.ts";

const LIMIT_DEFAULT = 20;

export interface InventoryServiceSettings {
  readonly db: Database;
  readonly random: Random;
  readonly changes: Pick<Changes<Item>, "watch" | "changed">;
}

/** The contract's comments live in `inventory.proto`; this file only says how each call is met. */
export const inventoryService = ({
  db,
  random,
  changes,
}: InventoryServiceSettings): ServiceImpl<typeof InventoryService> => ({
  async reserveStock({ sku, quantity, orderId }) {
    const line = { sku: sku.trim(), quantity };
    const key = callersReservation(orderId === 0n ? random.uuidV7() : String(orderId));
    const { id, repeated } = await reserveForCaller(db, key, line);
    if (!repeated) changes.changed(line.sku);
    return { reserved: true, reservationId: id };
  },
  async releaseStock({ reservationId }) {
    await releaseForCaller(db, reservationId, { itemChanged: changes.changed });
    return {};
  },
  async getStock({ sku }) {
    return stockOf(await findItem(db, sku.trim()));
  },
  async listItems({ cursor, limit }) {
    const page = await menuPage(db, { cursor, limit: limit === 0 ? LIMIT_DEFAULT : limit });
    const skus = page.items.map(({ sku }) => sku);
    const ratings = await findRatings(db, skus);
    const items = page.items.map((item) => onMenu(item, ratings.get(item.sku)));
    return { items, nextCursor: page.nextCursor ?? "" };
  },
  async *watchStock({ skus }, { signal }) {
    const watched = [...new Set(skus.map((sku) => sku.trim()))];
    // All must be known before the first is answered.
    const known = await findItems(db, watched);
    if (watched.some((sku) => known.get(sku)?.deleted !== false)) throw itemNotFound();
    for await (const item of merged(watched, { signal, watch: changes.watch })) {
      if (item.deleted) throw itemNotFound();
      yield stockOf(item);
    }
  },
});

function stockOf({ sku, stock }: Item) {
  const { available, reserved, consumed } = stock;
  return {
    sku,
    available: BigInt(available),
    reserved: BigInt(reserved),
    consumed: BigInt(consumed),
  };
}

/** What the menu says of an item; what is set aside or sold is not its business. */
function onMenu(
  { sku, name, description, priceCents, photoUrl, stock }: Item,
  rating: Rating | undefined,
) {
  return {
    sku,
    name,
    description: description ?? "",
    priceCents: BigInt(priceCents),
    photoUrl: photoUrl ?? "",
    available: BigInt(stock.available),
    rating: averageOf(rating) ?? 0,
    reviews: BigInt(rating?.reviews ?? 0),
  };
}
