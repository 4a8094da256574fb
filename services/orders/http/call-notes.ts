import { SagasRequest } from "@app/platform/messaging/ops-saga-views.ts";
import { pageQuery, type ServiceNotes } from "@app/platform/openapi/call-notes.ts";
import { z } from "zod";
import { OrderListView, OrderView, PlacedOrderView } from "./order-view.ts";
import { WhyView } from "./why-view.ts";

/** Read by `domain/order-request.ts`, whose checks run in the order of the contract. */
const placed = {
  userId: z
    .string()
    .max(128)
    .describe("Who orders: needed without a token, whose subject takes its place.")
    .optional(),
  sku: z.string().max(64).describe("With `quantity` the form for one line.").optional(),
  quantity: z.int().min(1).max(1_000_000).optional(),
  items: z
    .array(z.strictObject({ sku: z.string().max(64), quantity: z.int().min(1).max(1_000_000) }))
    .min(1)
    .max(50)
    .describe("Instead of `sku` and `quantity`: lines with distinct skus, reserved all or none.")
    .optional(),
  note: z.string().max(1_000).optional(),
};

const PlaceOrder = z.object(placed).refine(({ sku, items }) => sku ?? items);

const line = { sku: "burger", quantity: 1 };
const order = {
  id: 1,
  userId: "ada",
  note: "",
  status: "CONFIRMED",
  ...line,
  items: [{ ...line, priceCents: 950 }],
  totalCents: 950,
  createdAt: "2026-01-01T12:00:00.000Z",
  updatedAt: "2026-01-01T12:00:00.040Z",
};
const unknown = { 404: "There is no such order, or it is somebody else's." };

export const ordersNotes: ServiceNotes = {
  title: "QuickBite orders",
  description: "Takes orders, and decides them with what inventory says.",
  schemas: {
    Order: OrderView,
    OrderList: OrderListView,
    PlacedOrder: PlacedOrderView,
    Why: WhyView,
  },
  params: { id: "The order's id, or what the path is about." },
  calls: {
    "POST /v1/orders": {
      summary: "Place an order",
      description: "Accepted while the broker is away, too; it is decided once that is back.",
      body: PlaceOrder,
      headers: ["Idempotency-Key", "Prefer"],
      example: { body: { userId: "ada", ...line }, answer: { id: 1 } },
      answers: {
        201: "It was confirmed within the time that `Prefer: wait` gave.",
        202: "It is accepted and stored; `Location` says where to look.",
        409: "Within that time it was cancelled; `detail` says why, such as `insufficient stock`.",
        422: "The Idempotency-Key was used for another order.",
        503: "More wait for a decision than can be decided in time.",
      },
    },
    "GET /v1/orders": {
      summary: "List orders, the newest first",
      query: z.object({
        userId: z.string().max(128).describe("Without effect for customers.").optional(),
        status: z.enum(["PENDING", "CONFIRMED", "CANCELLED"]).optional(),
        sku: z.string().max(64).describe("Matches any line.").optional(),
        ...pageQuery,
      }),
      example: { answer: { orders: [order], nextCursor: null } },
    },
    "GET /v1/orders/:id": {
      summary: "Show an order",
      example: { answer: order },
      answers: unknown,
    },
    "POST /v1/orders/:id/cancel": {
      summary: "Cancel an order",
      description: "A cancelled one is answered as it is. What was set aside for it is set free.",
      body: z.object({ reason: z.string().max(1_000).optional() }),
      example: {
        body: { reason: "changed my mind" },
        answer: { ...order, status: "CANCELLED", reason: "changed my mind", missing: [] },
      },
      answers: unknown,
    },
    "GET /v1/orders/:id/stream": {
      summary: "Watch an order until it is decided",
      headers: ["Last-Event-ID"],
      answers: {
        200: {
          description: "The order now and at each change; the events' `id` is its version.",
          media: "text/event-stream",
        },
        204: "The reader has seen the decision: EventSource stops.",
        429: "The caller has too many streams open.",
        ...unknown,
      },
    },
    "GET /v1/orders/:id/why": {
      summary: "Tell what an order waits for, or why it ended",
      answers: unknown,
    },
    "GET /ops/v1/sagas": {
      summary: "List undecided orders, the oldest first",
      query: SagasRequest,
    },
    "POST /ops/v1/demo/unreadable-orders": {
      summary: "Place an order whose message nobody can read",
      description: "For demo data alone: only there with `DEMO=on`.",
      body: z.object({ ...placed, deadlineSeconds: z.int().min(1).max(2_000_000_000) }),
      example: { body: { userId: "demo", ...line, deadlineSeconds: 3_600 }, answer: { id: 2 } },
    },
  },
};
