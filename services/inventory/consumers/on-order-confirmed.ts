import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { consumes, row } from "@app/platform/messaging/handler.ts";
import { orderReservation, reservationId } from "../domain/reservation.ts";
import { consumeReservation } from "../domain/settle-reservation.ts";
import type { InventoryStores } from "../store/unit.ts";

/** An order stands: what was set aside for it is taken for good. */
export const onOrderConfirmed = consumes<InventoryStores, typeof OrderConfirmedSchema>(
  OrderConfirmedSchema,
  {
    // The items of its lines are locked with it, before it.
    rows: (messages) =>
      messages.map(({ orderId }) => row("reservations", reservationId(orderReservation(orderId)))),
    handle: ({ reservations }, { orderId }) =>
      reservations.change(orderReservation(orderId), consumeReservation),
  },
);
