import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import type { ReviewsStores } from "../store/unit.ts";

/** An order stands, so whoever placed it may review what is in it. */
export const onOrderConfirmed = consumes<ReviewsStores, typeof OrderConfirmedSchema>(
  OrderConfirmedSchema,
  {
    rows: (messages) => messages.map(({ orderId }) => row("purchases", `order/${orderId}`)),
    handle: ({ purchases }, { orderId }) => purchases.settle(`order/${orderId}`, "CONFIRMED"),
  },
);
