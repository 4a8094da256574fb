import { describe, expect, test } from "bun:test";
import { messageContracts } from "./messages.ts";

describe("message contracts", () => {
  test("list every message with its subject and stream, and no part of one", () => {
    expect(messageContracts.map(({ stream, subject }) => `${stream} ${subject}`)).toEqual([
      "ORDERS orders.v1.order_created",
      "ORDERS orders.v1.order_confirmed",
      "ORDERS orders.v1.order_cancelled",
      "INVENTORY inventory.v1.inventory_reserved",
      "INVENTORY inventory.v1.inventory_rejected",
      "EVENTS events.v1.location_created",
      "EVENTS events.v1.event_created",
      "EVENTS events.v1.event_updated",
      "EVENTS events.v1.event_cancelled",
      "BOOKINGS bookings.v1.event_booked",
      "BOOKINGS bookings.v1.booking_cancelled",
      "BOOKINGS bookings.v1.ticket_used",
      "REVIEWS reviews.v1.item_rated",
      "REVIEWS reviews.v1.event_rated",
      "USERS users.v1.user_registered",
      "USERS users.v1.user_deleted",
    ]);
  });
});
