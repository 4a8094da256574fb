/**
 * Which messages each durable's service handles, by type; the others of its stream it passes over.
 * Plain data, because the catalog is read in browsers, too; the services' own handlers are what
 * counts, and a test holds this against them.
 */
export const handledTypes: Readonly<Record<string, readonly string[]>> = {
  "inventory-service": [
    "orders.v1.order_created",
    "orders.v1.order_confirmed",
    "orders.v1.order_cancelled",
    "reviews.v1.item_rated",
  ],
  "orders-service": ["inventory.v1.inventory_reserved", "inventory.v1.inventory_rejected"],
  "bookings-service": [
    "events.v1.event_created",
    "events.v1.event_updated",
    "events.v1.event_cancelled",
  ],
  "events-service": [
    "bookings.v1.event_booked",
    "bookings.v1.booking_cancelled",
    "reviews.v1.event_rated",
  ],
  "reviews-service": [
    "orders.v1.order_created",
    "orders.v1.order_confirmed",
    "orders.v1.order_cancelled",
    "bookings.v1.event_booked",
    "bookings.v1.booking_cancelled",
    "users.v1.user_deleted",
  ],
};
