import { OrderCancelledSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { ReviewsStores } from "../store/unit.ts";

/** An order is void: it entitles to nothing new. What was written stays. */
export const onOrderCancelled = consumes<ReviewsStores, typeof OrderCancelledSchema>(
  OrderCancelledSchema,
  {
    rows: (messages) => messages.map(({ orderId }) => row("purchases", `order/${orderId}`)),
    handle: ({ purchases }, { orderId }) => purchases.settle(`order/${orderId}`, "CANCELLED"),
  },
);
