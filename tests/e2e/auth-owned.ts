import { guardedServices } from "./auth-services.ts";

/** What somebody owns and others may ask for by its id. */
export const ownedKinds = ["order", "booking", "hold", "event"] as const;

export type OwnedKind = (typeof ownedKinds)[number];

/**
 * What a call works on: one thing by its id, a list of such things, or nothing but what it makes or
 * what the caller is. An event is there for everybody to see, and for its organiser to change;
 * what is authored is there for everybody to see, too, and who may change it no answer names: the
 * tests of its service do.
 */
export type WorksOn = OwnedKind | "list" | "own" | "authored";

/** Every call that is made in one's own name. One that is missing here fails the test of the table. */
export const worksOn: Readonly<Record<string, WorksOn>> = {
  "POST /v1/orders": "own",
  "GET /v1/orders": "list",
  "GET /v1/orders/:id": "order",
  "POST /v1/orders/:id/cancel": "order",
  "GET /v1/orders/:id/stream": "order",
  "orders.v1.OrdersService/CreateOrder": "own",
  "orders.v1.OrdersService/GetOrder": "order",
  "orders.v1.OrdersService/ListOrders": "list",
  "orders.v1.OrdersService/CancelOrder": "order",
  "orders.v1.OrdersService/WatchOrder": "order",

  "POST /events": "own",
  "PATCH /events/:id": "event",
  "POST /events/:id/cancel": "event",
  "POST /locations": "own",
  "events.v1.EventsService/CreateEvent": "own",
  "events.v1.EventsService/UpdateEvent": "event",
  "events.v1.EventsService/CancelEvent": "event",
  "events.v1.EventsService/CreateLocation": "own",

  "POST /events/:id/bookings": "own",
  "POST /events/:id/holds": "own",
  "GET /bookings": "list",
  "GET /bookings/:id": "booking",
  "POST /bookings/:id/cancel": "booking",
  "GET /bookings/:id/ticket": "booking",
  "GET /holds/:id": "hold",
  "POST /holds/:id/confirm": "hold",
  "DELETE /holds/:id": "hold",
  "bookings.v1.BookingsService/CreateBooking": "own",
  "bookings.v1.BookingsService/CreateHold": "own",
  "bookings.v1.BookingsService/GetHold": "hold",
  "bookings.v1.BookingsService/ConfirmHold": "hold",
  "bookings.v1.BookingsService/ReleaseHold": "hold",
  "bookings.v1.BookingsService/GetBooking": "booking",
  "bookings.v1.BookingsService/ListBookings": "list",
  "bookings.v1.BookingsService/CancelBooking": "booking",
  "bookings.v1.BookingsService/GetTicket": "booking",

  "GET /api/me": "own",
  "PATCH /api/me": "own",
  "POST /api/me/delete": "own",
  "users.v1.UsersService/GetMe": "own",
  "users.v1.UsersService/UpdateMe": "own",
  "users.v1.UsersService/DeleteMe": "own",

  "GET /reviews/by/me/of": "own",
  "POST /reviews": "own",
  "PATCH /reviews/:id": "authored",
  "DELETE /reviews/:id": "authored",
  "PUT /reviews/:id/like": "own",
  "DELETE /reviews/:id/like": "own",
  "POST /reviews/:id/report": "own",
  "POST /reviews/:id/comments": "own",
  "DELETE /reviews/:id/comments/:commentId": "authored",
  "POST /reviews/:id/comments/:commentId/report": "own",
  "reviews.v1.ReviewsService/GetOwnReview": "own",
  "reviews.v1.ReviewsService/CreateReview": "own",
  "reviews.v1.ReviewsService/UpdateReview": "authored",
  "reviews.v1.ReviewsService/DeleteReview": "authored",
  "reviews.v1.ReviewsService/LikeReview": "own",
  "reviews.v1.ReviewsService/UnlikeReview": "own",
  "reviews.v1.ReviewsService/AddComment": "own",
  "reviews.v1.ReviewsService/DeleteComment": "authored",
  "reviews.v1.ReviewsService/ReportReview": "own",
  "reviews.v1.ReviewsService/ReportComment": "own",
};

/** The calls that the services' tables let somebody make in their own name. */
export function callsInOwnName(): readonly string[] {
  const personal = new Set(["user", "signed in", "organiser"]);
  return Object.values(guardedServices).flatMap(({ access }) =>
    Object.keys(access).filter((call) => personal.has(access[call] ?? "")),
  );
}

/** The service whose table names a call. */
export function serviceOf(call: string): string {
  const [name] =
    Object.entries(guardedServices).find(([, { access }]) => Object.hasOwn(access, call)) ?? [];
  if (name === undefined) throw new Error(`no table has ${call}`);
  return name;
}
