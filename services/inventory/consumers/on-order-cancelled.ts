import { OrderCancelledSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import { orderReservation, reservationId } from "../domain/reservation.ts";
import { releaseReservation } from "../domain/settle-reservation.ts";
import type { InventoryStores } from "../store/unit.ts";

/** An order is void: whatever was reserved for it returns, and nothing will be reserved late. */
export const onOrderCancelled = consumes<InventoryStores, typeof OrderCancelledSchema>(
  OrderCancelledSchema,
  {
    // The items of its lines are locked with it, before it.
    rows: (messages) =>
      messages.map(({ orderId }) => row("reservations", reservationId(orderReservation(orderId)))),
    handle: ({ reservations }, { orderId }) =>
      reservations.change(orderReservation(orderId), releaseReservation),
  },
);
