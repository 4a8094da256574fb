import { BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { OrderStatus } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import type { BadgeTone } from "../../kit/badge.tsx";

export interface ShownState {
  readonly name: string;
  readonly tone: BadgeTone;
}

/** A state that a newer service may know. */
const unknown: ShownState = { name: "UNKNOWN", tone: "plain" };

const orderStates = new Map<OrderStatus, ShownState>([
  [OrderStatus.PENDING, { name: "PENDING", tone: "warn" }],
  [OrderStatus.CONFIRMED, { name: "CONFIRMED", tone: "ok" }],
  [OrderStatus.CANCELLED, { name: "CANCELLED", tone: "bad" }],
]);

const bookingStates = new Map<BookingStatus, ShownState>([
  [BookingStatus.CONFIRMED, { name: "CONFIRMED", tone: "ok" }],
  [BookingStatus.CANCELLED, { name: "CANCELLED", tone: "bad" }],
  [BookingStatus.USED, { name: "USED", tone: "info" }],
]);

export const orderState = (status: OrderStatus): ShownState => orderStates.get(status) ?? unknown;

export const bookingState = (status: BookingStatus): ShownState =>
  bookingStates.get(status) ?? unknown;
