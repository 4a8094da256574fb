import {
  type Order,
  type OrderItem,
  OrderStatus,
  OrdersService,
} from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { clientOf, guestClientOf } from "../../lib/transport.ts";

export type { Order, OrderItem };

export const orders = clientOf(OrdersService);
export const guestOrders = guestClientOf(OrdersService);

/** Which order, and as whom it is asked for. */
export interface OrderOf {
  readonly orderId: bigint;
  readonly calls: Client<typeof OrdersService>;
}

export async function readOrder({ orderId, calls }: OrderOf, signal: AbortSignal): Promise<Order> {
  const { order } = await calls.getOrder({ orderId }, { signal });
  if (order === undefined) throw new TypeError("the answer holds no order");
  return order;
}

/** The order as it is now and after each change, until it is decided. */
export async function* watchOrder(
  { orderId, calls }: OrderOf,
  signal: AbortSignal,
): AsyncIterable<Order> {
  for await (const { order } of calls.watchOrder({ orderId }, { signal, timeoutMs: 0 }))
    if (order !== undefined) yield order;
}

/** What an order's customer is told, by why it ended. */
export type OrderState = "pending" | "confirmed" | "sold-out" | "cancelled" | "timed-out";

export function stateOf({ status, reason, missing }: Order): OrderState {
  if (status === OrderStatus.PENDING) return "pending";
  if (status === OrderStatus.CONFIRMED) return "confirmed";
  if (missing.length > 0 || reason === "insufficient stock") return "sold-out";
  return reason === "timed out" ? "timed-out" : "cancelled";
}

export const isDecided = ({ status }: Order) => status !== OrderStatus.PENDING;

export const isOlder = (one: Order, other: Order) => one.version < other.version;

/** The latest of several readings of one order. */
export function newest(...readings: readonly (Order | undefined)[]): Order | undefined {
  return readings.reduce((latest, one) => {
    if (latest === undefined || one === undefined) return one ?? latest;
    return isOlder(latest, one) ? one : latest;
  }, undefined);
}

/** When it was accepted and when it last changed, in unix milliseconds. */
export function timesOf({ createdAt, updatedAt }: Order) {
  const created = createdAt === undefined ? 0 : timestampDate(createdAt).getTime();
  return {
    createdAt: created,
    updatedAt: updatedAt === undefined ? created : timestampDate(updatedAt).getTime(),
  };
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/**
 * The lines of an order that failed, as they can be had now: of a dish that was too few what is
 * left of it, and nothing of a dish that is gone. Empty when nothing is left at all.
 */
export function linesWithout(order: Order, left: (sku: string) => number): readonly Line[] {
  return order.items
    .map(({ sku, quantity }) =>
      order.missing.includes(sku)
        ? { sku, quantity: Math.min(quantity, left(sku)) }
        : { sku, quantity },
    )
    .filter(({ quantity }) => quantity > 0);
}
