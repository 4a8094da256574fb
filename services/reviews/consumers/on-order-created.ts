import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { ReviewsStores } from "../store/unit.ts";

/** Somebody ordered dishes: who and what, until it is known what becomes of it. */
export const onOrderCreated = consumes<ReviewsStores, typeof OrderCreatedSchema>(
  OrderCreatedSchema,
  {
    rows: (messages) => messages.map(({ orderId }) => row("purchases", `order/${orderId}`)),
    handle: ({ purchases }, { orderId, userId, items }) =>
      purchases.add({
        purchase: `order/${orderId}`,
        accountId: userId,
        subjects: items.map(({ sku }) => ({ kind: "item" as const, id: sku })),
        state: "WAITING",
      }),
  },
);
