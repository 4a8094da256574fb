import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import type { AuthMode } from "@app/platform/auth.ts";
import { brokerHints } from "@app/platform/change-hints.ts";
import type { Clock } from "@app/platform/clock.ts";
import { httpApp } from "@app/platform/elysia-app.ts";
import type { Log } from "@app/platform/log.ts";
import type { Broker } from "@app/platform/messaging/broker.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { onInventoryRejected } from "./consumers/on-inventory-rejected.ts";
import { onInventoryReserved } from "./consumers/on-inventory-reserved.ts";
import type { Order } from "./domain/order.ts";
import { demoRoutes } from "./http/demo-routes.ts";
import { orderRoutes } from "./http/order-routes.ts";
import { ordersService } from "./rpc/orders-service.ts";
import { brokerSilenceMs, keepDeadlines } from "./store/deadlines.ts";
import { orderChanges } from "./store/order-changes.ts";
import { orderIds } from "./store/order-ids.ts";
import type { OrdersApi } from "./store/orders-api.ts";
import { ordersUnit } from "./store/unit.ts";

export interface OrdersSettings {
  readonly db: Database;
  /** How replicas tell each other which orders changed. */
  readonly broker: Pick<Broker, "hint" | "onHint">;
  /** How long an order may stay undecided while the broker answers. */
  readonly deadlineMs: number;
  /** Answers the calls of demo data, to operators; without it there are none. */
  readonly demo?: { readonly auth: AuthMode } | undefined;
  /** Aborts when the service stops: streams end. */
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/** What orders does, ready to be served and fed: no port is open and no broker is needed yet. */
export function orders(settings: OrdersSettings) {
  const { db, broker, deadlineMs, demo, stopping, clock, log } = settings;
  const changes = orderChanges({
    db,
    hints: brokerHints(broker, "changes.orders"),
    clock,
    onError: (err) => log.warn("watched orders could not be read", { err }),
  });
  const changed = (order: Order) => changes.changed(String(order.id), order);
  const api: OrdersApi = { db, orderIds: orderIds(db), changes, stopping, clock };
  const app = httpApp().use(orderRoutes(api));

  return {
    app: demo ? app.use(demoRoutes(api, demo)) : app,
    rpc: (router: ConnectRouter) => router.service(OrdersService, ordersService(api)),
    consumers: [
      {
        stream: "INVENTORY",
        durable: "orders-service",
        order: "key" as const,
        handlers: [onInventoryReserved, onInventoryRejected],
        unit: (tx: Transaction) => ordersUnit(tx, changed),
      },
    ],
    /** What one replica does for all. */
    leaderTasks: [
      {
        name: "deadlines",
        run: ({ signal }: { readonly signal: AbortSignal }) =>
          keepDeadlines({ db, deadlineMs, changed, clock }, signal),
      },
    ],
    outageAfterMs: brokerSilenceMs(deadlineMs),
    /** Ends every watch. */
    close: () => changes.close(),
  };
}
