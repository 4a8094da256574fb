import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import { orderReservation, reservationId } from "../domain/reservation.ts";
import { reserveStock } from "../domain/reserve-stock.ts";
import type { InventoryStores } from "../store/unit.ts";

/** An order waits for its stock: all of its lines are set aside, or it is told that it gets nothing. */
export const onOrderCreated = consumes<InventoryStores, typeof OrderCreatedSchema>(
  OrderCreatedSchema,
  {
    rows: (messages) =>
      messages.flatMap(({ orderId, items }) => [
        ...items.map(({ sku }) => row("items", sku)),
        row("reservations", reservationId(orderReservation(orderId))),
      ]),
    handle: ({ reservations }, { orderId, items }) =>
      reservations.change(orderReservation(orderId), (seen) =>
        reserveStock(
          seen,
          items.map(({ sku, quantity }) => ({ sku, quantity })),
        ),
      ),
  },
);
