import type { AccessTable } from "@app/platform/auth-rules.ts";

/** Who may make each call of orders; whose orders a caller sees is the matter of each query. */
export const ordersAccess: AccessTable = {
  "POST /v1/orders": "user",
  "GET /v1/orders": "user",
  "GET /v1/orders/:id": "user",
  "POST /v1/orders/:id/cancel": "user",
  "GET /v1/orders/:id/stream": "user",
  "GET /v1/orders/:id/why": "viewer",
  "GET /ops/v1/sagas": "viewer",
  "POST /ops/v1/demo/unreadable-orders": "operator",
  "orders.v1.OrdersService/CreateOrder": "user",
  "orders.v1.OrdersService/GetOrder": "user",
  "orders.v1.OrdersService/ListOrders": "user",
  "orders.v1.OrdersService/CancelOrder": "user",
  "orders.v1.OrdersService/WatchOrder": "user",
};
