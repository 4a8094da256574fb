import { InventoryReservedSchema } from "@app/contracts/gen/inventory/v1/inventory_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import { confirmOrder } from "../domain/confirm-order.ts";
import type { OrdersStores } from "../store/unit.ts";

/** Inventory has set the goods aside, so the order stands. */
export const onInventoryReserved = consumes<OrdersStores, typeof InventoryReservedSchema>(
  InventoryReservedSchema,
  {
    rows: (messages) => messages.map(({ orderId }) => row("orders", orderId)),
    handle: ({ orders }, { orderId, items, totalCents }, { time }) => {
      const reservation = {
        items: items.map(({ sku, priceCents }) => ({ sku, priceCents: Number(priceCents) })),
        totalCents: Number(totalCents),
      };
      return orders.change(orderId, (order) => confirmOrder(order, reservation, time));
    },
  },
);
