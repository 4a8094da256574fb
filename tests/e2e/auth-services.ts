import { bookingsAccess } from "@app/bookings/access.ts";
import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { ReviewsService } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { UsersService } from "@app/contracts/gen/users/v1/users_service_pb.ts";
import { eventsAccess } from "@app/events/access.ts";
import { inventoryAccess } from "@app/inventory/access.ts";
import { ordersAccess } from "@app/orders/access.ts";
import type { AccessTable } from "@app/platform/auth-rules.ts";
import { reviewsAccess } from "@app/reviews/access.ts";
import { usersAccess } from "@app/users/access.ts";
import type { DescService } from "@bufbuild/protobuf";

/** What the matrix has to know of a service. A service that has a main.ts must stand here. */
export interface GuardedService {
  readonly access: AccessTable;
  readonly rpc: DescService;
  /** What stands in the place of a path's parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** What routes are sent that only some roles may call, so that letting one in changes something. */
  readonly bodies?: Readonly<Record<string, object>>;
  /** Whether it speaks native gRPC. */
  readonly grpc?: true;
  /** What it reads from its environment, beside what every service reads. */
  readonly settings?: Readonly<Record<string, string>>;
}

const someUuid = "019a9f4e-0000-7000-8000-000000000001";

export const guardedServices: Readonly<Record<string, GuardedService>> = {
  orders: {
    access: ordersAccess,
    rpc: OrdersService,
    params: { id: "1", name: "orders", group: "0" },
    bodies: {
      "POST /ops/v1/demo/unreadable-orders": {
        userId: "mallory",
        sku: "burger",
        quantity: 1,
        deadlineSeconds: 60,
      },
    },
    settings: { DEMO: "on" },
  },
  inventory: {
    access: inventoryAccess,
    rpc: InventoryService,
    params: { id: "1", name: "stock", group: "0", sku: "burger" },
    bodies: {
      "POST /v1/items": { sku: "poison", name: "Poison", priceCents: 1, available: 1 },
      "PUT /v1/items/:sku": { name: "Poison", priceCents: 1 },
      "PATCH /v1/items/:sku": { priceCents: 1 },
      "POST /v1/items/:sku/restock": { quantity: 1 },
    },
    grpc: true,
  },
  events: {
    access: eventsAccess,
    rpc: EventsService,
    params: { id: someUuid, name: "events", group: "0" },
    bodies: {
      "POST /locations": {
        name: "Nowhere",
        address: "Nowhere 1",
        country: "Nowhere",
        openTime: 8,
        closeTime: 20,
        halls: [{ name: "None", capacity: 10 }],
      },
    },
  },
  bookings: {
    access: bookingsAccess,
    rpc: BookingsService,
    params: { id: someUuid, name: "bookings", group: "0" },
  },
  users: {
    access: usersAccess,
    rpc: UsersService,
    params: { id: someUuid, name: "users", group: "0" },
    bodies: {
      "POST /ops/v1/users/:id/roles": { roles: ["operator"] },
      "POST /ops/v1/service-tokens": { service: "mallory" },
    },
    settings: { SIGNING_KEY_SECRET: "a secret of the matrix, long enough" },
  },
  reviews: {
    access: reviewsAccess,
    rpc: ReviewsService,
    params: { id: someUuid, commentId: someUuid, name: "reviews", group: "0" },
    settings: { AUTHOR_SECRET: "a secret of the matrix, long enough" },
  },
};
