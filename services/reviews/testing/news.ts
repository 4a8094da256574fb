import {
  BookingCancelledSchema,
  EventBookedSchema,
} from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import {
  OrderCancelledSchema,
  OrderConfirmedSchema,
  OrderCreatedSchema,
} from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import {
  UserDeletedSchema,
  UserRegisteredSchema,
} from "@app/contracts/gen/users/v1/user_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";

/** The messages of one order of a dish, as orders states them. */
export function orderNews(id: bigint, { userId, sku }: { userId: string; sku: string }) {
  const about = { aggregate: "order", id: String(id), time: new Date() };
  const created = {
    ...about,
    version: 1,
    schema: OrderCreatedSchema,
    body: { orderId: id, userId, sku, quantity: 1, items: [{ sku, quantity: 1 }] },
  };
  const confirmed = { ...about, version: 2, schema: OrderConfirmedSchema, body: { orderId: id } };
  const cancelled = {
    ...about,
    version: 3,
    schema: OrderCancelledSchema,
    body: { orderId: id, reason: "cancelled by customer" },
  };
  return {
    created: composeMessage(created, randomMessageIds),
    confirmed: composeMessage(confirmed, randomMessageIds),
    cancelled: composeMessage(cancelled, randomMessageIds),
  };
}

/** The messages of one booking, as bookings states them. */
export function bookingNews(eventId: string, userId: string) {
  const id = Bun.randomUUIDv7();
  const about = { aggregate: "booking", id, time: new Date() };
  const body = { bookingId: id, bookedEventId: eventId, eventName: "Aida", userId, seats: 2 };
  const cancelling = { ...body, reason: "cancelled by customer" };
  const booked = { ...about, version: 1, schema: EventBookedSchema, body };
  const cancelled = { ...about, version: 2, schema: BookingCancelledSchema, body: cancelling };
  return {
    booked: composeMessage(booked, randomMessageIds),
    cancelled: composeMessage(cancelled, randomMessageIds),
  };
}

/** The messages of one account, as users states them. */
export function userNews(userId: string): {
  readonly registered: OutgoingMessage;
  readonly deleted: OutgoingMessage;
} {
  const about = { aggregate: "user", id: userId, time: new Date() };
  const registered = { ...about, version: 1, schema: UserRegisteredSchema };
  const deleted = { ...about, version: 2, schema: UserDeletedSchema, body: { userId } };
  return {
    registered: composeMessage({ ...registered, body: { userId, name: "Ada" } }, randomMessageIds),
    deleted: composeMessage(deleted, randomMessageIds),
  };
}
