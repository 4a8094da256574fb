import { onOrderCancelled } from "@app/inventory/consumers/on-order-cancelled.ts";
import { onOrderConfirmed } from "@app/inventory/consumers/on-order-confirmed.ts";
import { onOrderCreated } from "@app/inventory/consumers/on-order-created.ts";
import type { InventoryStores } from "@app/inventory/store/unit.ts";
import type { Clock } from "@app/platform/clock.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { OpenTransaction } from "../models/model-client.ts";
import { modelInventoryUnit } from "../models/model-inventory-unit.ts";
import { typeUnderWay } from "./handler-log.ts";

/** Hears which message met which state of a reservation; `none` where there was none. */
export type ReservationSeen = (state: string, message: string) => void;

export const inventoryHandlers = [onOrderCreated, onOrderConfirmed, onOrderCancelled] as const;

const messageOf = new Map([
  [onOrderCreated.type, "reserve"],
  [onOrderConfirmed.type, "consume"],
  [onOrderCancelled.type, "release"],
]);

/** Inventory's stores of a batch, which tell what each message found. */
export function inventoryUnitSeen(
  tx: OpenTransaction,
  { clock, seen }: { readonly clock: Clock; readonly seen: ReservationSeen },
): ServiceUnit<InventoryStores> {
  const unit = modelInventoryUnit(tx, { clock });
  const { change } = unit.stores.reservations;
  const stores: InventoryStores = {
    ratings: unit.stores.ratings,
    reservations: {
      change: (key, decide) =>
        change(key, (found) => {
          const message = messageOf.get(typeUnderWay(stores));
          if (message) seen(found.reservation?.state ?? "none", message);
          return decide(found);
        }),
    },
  };
  return { stores, lock: unit.lock };
}
