import { ItemRatedSchema } from "@app/contracts/gen/reviews/v1/review_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { InventoryStores } from "../store/unit.ts";

/** Customers think something else of an item: the newest message says all of it. */
export const onItemRated = consumes<InventoryStores, typeof ItemRatedSchema>(ItemRatedSchema, {
  rows: (messages) => messages.map(({ sku }) => row("item_ratings", sku)),
  handle: ({ ratings }, { sku, rating }, { key, version }) =>
    ratings.announce({
      sku,
      key,
      version,
      reviews: Number(rating?.reviews ?? 0n),
      stars: Number(rating?.stars ?? 0n),
    }),
});
