import { InventoryRejectedSchema } from "@app/contracts/gen/inventory/v1/inventory_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import { rejectOrder } from "../domain/cancel-order.ts";
import type { OrdersStores } from "../store/unit.ts";

/** Inventory sets nothing aside, so the order is void. */
export const onInventoryRejected = consumes<OrdersStores, typeof InventoryRejectedSchema>(
  InventoryRejectedSchema,
  {
    rows: (messages) => messages.map(({ orderId }) => row("orders", orderId)),
    handle: ({ orders }, { orderId, reason, missing }, { time }) =>
      orders.change(orderId, (order) => rejectOrder(order, { reason, missing }, time)),
  },
);
