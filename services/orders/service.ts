import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { brokerHints } from "@app/platform/change-hints.ts";
import type { Clock } from "@app/platform/clock.ts";
import { httpApp } from "@app/platform/elysia-app.ts";
import type { Log } from "@app/platform/log.ts";
import { admission } from "@app/platform/messaging/admission.ts";
import type { Broker } from "@app/platform/messaging/broker.ts";
import type { Inspected } from "@app/platform/messaging/messaging.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { ordersAccess } from "./access.ts";
import { onInventoryRejected } from "./consumers/on-inventory-rejected.ts";
import { onInventoryReserved } from "./consumers/on-inventory-reserved.ts";
import type { Order } from "./domain/order.ts";
import { ordersNotes } from "./http/call-notes.ts";
import { demoRoutes } from "./http/demo-routes.ts";
import { orderRoutes } from "./http/order-routes.ts";
import { type OrderWhySettings, orderWhyRoutes } from "./http/order-why.ts";
import { sagaRoutes } from "./http/saga-routes.ts";
import { ordersService } from "./rpc/orders-service.ts";
import { orderAdder } from "./store/add-order.ts";
import { brokerSilenceMs, keepDeadlines } from "./store/deadlines.ts";
import { orderInvariants } from "./store/invariants.ts";
import { ordersLedger } from "./store/ledger.ts";
import { countOpenOrders } from "./store/open-orders.ts";
import { orderChanges } from "./store/order-changes.ts";
import { orderIds } from "./store/order-ids.ts";
import type { OrdersApi } from "./store/orders-api.ts";
import { undecidedOrders } from "./store/undecided-orders.ts";
import { ordersUnit } from "./store/unit.ts";

export interface OrdersSettings {
  readonly db: Database;
  /** How replicas tell each other which orders changed, and who says how long the queues are. */
  readonly broker: Pick<Broker, "hint" | "onHint" | "connected" | "durableState" | "streamState">;
  /** How long an order may stay undecided while the broker answers. */
  readonly deadlineMs: number;
  /** So many messages may wait for the broker before orders are refused. */
  readonly outboxMax: number;
  /** Where inventory is asked what an order waits for. */
  readonly why: Omit<OrderWhySettings, "inspected">;
  /** Whether there are the calls that demo data needs. */
  readonly demo?: boolean;
  /** Aborts when the service stops: streams end. */
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a new order's messages have to pass before it is decided. */
const way = [
  { stream: "ORDERS", durable: "inventory-service" },
  { stream: "INVENTORY", durable: "orders-service" },
];

/** What orders does, ready to be served and fed: no port is open and no broker is needed yet. */
export function orders(settings: OrdersSettings) {
  const { db, broker, deadlineMs, outboxMax, why, demo, stopping, clock, log } = settings;
  const outageAfterMs = brokerSilenceMs(deadlineMs);
  const intake = admission({ db, broker, way, deadlineMs, outboxMax, outageAfterMs, clock });
  const changes = orderChanges({
    db,
    hints: brokerHints(broker, "changes.orders"),
    clock,
    onError: (err) => log.warn("watched orders could not be read", { err }),
  });
  const changed = (order: Order) => changes.changed(String(order.id), order);
  const api: OrdersApi = {
    db,
    addOrder: orderAdder(db),
    orderIds: orderIds(db),
    admission: intake,
    changes,
    stopping,
    clock,
  };
  const app = httpApp(ordersAccess).use(orderRoutes(api)).use(sagaRoutes({ db, deadlineMs }));

  return {
    access: ordersAccess,
    notes: ordersNotes,
    app: demo ? app.use(demoRoutes(api)) : app,
    coreRoutes: (inspected: Inspected) => orderWhyRoutes({ ...why, inspected }),
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
    outageAfterMs,
    undecided: () => undecidedOrders(db),
    sagas: {
      saga: "order",
      lateAfterSeconds: 60,
      ages: async () => (await countOpenOrders(db)).ages,
    },
    invariants: orderInvariants({ deadlineMs }),
    ledgers: [ordersLedger],
    loops: [{ name: "admission loop", run: intake.run }],
    checks: [intake.check],
    gauges: intake.gauges,
    /** Ends every watch. */
    close: () => changes.close(),
  };
}
