import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { brokerHints } from "@app/platform/change-hints.ts";
import { createChanges } from "@app/platform/changes.ts";
import type { Clock } from "@app/platform/clock.ts";
import { httpApp } from "@app/platform/elysia-app.ts";
import type { Log } from "@app/platform/log.ts";
import type { Broker } from "@app/platform/messaging/broker.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import type { Random } from "@app/platform/random.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { inventoryAccess } from "./access.ts";
import { onItemRated } from "./consumers/on-item-rated.ts";
import { onOrderCancelled } from "./consumers/on-order-cancelled.ts";
import { onOrderConfirmed } from "./consumers/on-order-confirmed.ts";
import { onOrderCreated } from "./consumers/on-order-created.ts";
import type { Item } from "./domain/item.ts";
import { inventoryNotes } from "./http/call-notes.ts";
import { itemRoutes } from "./http/item-routes.ts";
import { inventoryService } from "./rpc/inventory-service.ts";
import { stockDifferences } from "./store/conservation.ts";
import { inventoryInvariants } from "./store/invariants.ts";
import { storedRatings } from "./store/item-ratings.ts";
import { findItems } from "./store/items.ts";
import { reservationsLedger } from "./store/ledger.ts";
import { inventoryUnit } from "./store/unit.ts";

export interface InventorySettings {
  readonly db: Database;
  /** How replicas tell each other which items changed. */
  readonly broker: Pick<Broker, "hint" | "onHint">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What inventory does, ready to be served and fed: no port is open and no broker is needed yet. */
export function inventory({ db, broker, clock, random, log }: InventorySettings) {
  const changes = createChanges<Item>({
    load: (skus) => findItems(db, skus),
    versionOf: ({ version }) => version,
    hints: brokerHints(broker, "changes.inventory"),
    clock,
    onError: (err) => log.warn("watched stock could not be read", { err }),
  });
  const itemChanged = changes.changed;
  const unit = (tx: Transaction) => inventoryUnit(tx, { clock, itemChanged });

  return {
    access: inventoryAccess,
    notes: inventoryNotes,
    app: httpApp(inventoryAccess).use(itemRoutes({ db, itemChanged })),
    rpc: (router: ConnectRouter) =>
      router.service(InventoryService, inventoryService({ db, random, changes })),
    consumers: [
      {
        stream: "ORDERS",
        durable: "inventory-service",
        order: "key" as const,
        handlers: [onOrderCreated, onOrderConfirmed, onOrderCancelled],
        unit,
      },
      {
        stream: "REVIEWS",
        durable: "inventory-service",
        consumer: "inventory-service.reviews",
        order: "latest" as const,
        handlers: [onItemRated],
        unit,
        versionsOf: storedRatings,
      },
    ],
    gauges: [
      {
        name: "inventory_stock_differences",
        help: "Skus whose stock and reservations do not add up; must be 0.",
        everyMs: 30_000,
        read: async () => (await stockDifferences(db)).length,
      },
    ],
    invariants: inventoryInvariants,
    ledgers: [reservationsLedger],
    /** Ends every watch. */
    close: () => changes.close(),
  };
}
