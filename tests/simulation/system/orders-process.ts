import { onInventoryRejected } from "@app/orders/consumers/on-inventory-rejected.ts";
import { onInventoryReserved } from "@app/orders/consumers/on-inventory-reserved.ts";
import { cancelOrder, timeOutOrder } from "@app/orders/domain/cancel-order.ts";
import type { Order } from "@app/orders/domain/order.ts";
import type { OrderRequest } from "@app/orders/domain/order-request.ts";
import { placeOrder } from "@app/orders/domain/place-order.ts";
import type { Happening } from "@app/orders/domain/transitions.ts";
import type { AddedOrder } from "@app/orders/store/add-order.ts";
import type { OrdersStores } from "@app/orders/store/unit.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { LeaderTask } from "@app/platform/messaging/leader.ts";
import type { ModelDatabase, OpenTransaction } from "../models/model-client.ts";
import {
  addModelOrder,
  changeModelOrder,
  modelOrdersUnit,
  overdueModelOrders,
} from "../models/model-orders.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { typeUnderWay } from "./handler-log.ts";

/** Hears which transition of an order's saga was about to happen. */
export type OrderSeen = (status: Order["status"], happening: Happening) => void;

export const ordersHandlers = [onInventoryReserved, onInventoryRejected] as const;

const happeningOf = new Map<string, Happening>([
  [onInventoryReserved.type, "stock_reserved"],
  [onInventoryRejected.type, "stock_rejected"],
]);

/** Orders' stores of a batch, which tell what each message found. */
export function ordersUnitSeen(tx: OpenTransaction, seen: OrderSeen): ServiceUnit<OrdersStores> {
  const unit = modelOrdersUnit(tx);
  const { change } = unit.stores.orders;
  const stores: OrdersStores = {
    orders: {
      change: (id, decide) =>
        change(id, (order) => {
          const happening = happeningOf.get(typeUnderWay(stores));
          if (happening) seen(order.status, happening);
          return decide(order);
        }),
    },
  };
  return { stores, lock: unit.lock };
}

/** What customers may ask of one process of orders. */
export interface OrdersRequests {
  place(request: OrderRequest, idempotencyKey: string): Promise<AddedOrder>;
  cancel(id: bigint): Promise<Order>;
}

export function ordersRequests(
  db: ModelDatabase,
  process: SimulatedProcess,
  seen: OrderSeen,
): OrdersRequests {
  const { server } = db;
  return {
    place(request, key) {
      const id = BigInt(server.next("orders"));
      const placed = placeOrder(request, { id, at: process.clock.now() });
      const requestHash = JSON.stringify(request);
      return addModelOrder(db, placed, {
        idempotency: { scope: request.userId, key, requestHash },
      });
    },
    cancel: (id) =>
      changeModelOrder(db, id, (order) => {
        seen(order.status, "cancel_requested");
        return cancelOrder(order, "customer", process.clock.now());
      }),
  };
}

const lookEveryMs = 1_000;
const atOnceMax = 100;

/** As `keepDeadlines`. */
export function deadlinesTask(
  db: ModelDatabase,
  { clock }: SimulatedProcess,
  { deadlineMs, seen }: { readonly deadlineMs: number; readonly seen: OrderSeen },
): LeaderTask {
  return {
    name: "deadlines",
    async run({ signal }) {
      while (!signal.aborted) {
        for (const { id, at } of await overdueModelOrders(db, { deadlineMs, limit: atOnceMax })) {
          await changeModelOrder(db, id, (order) => {
            seen(order.status, "deadline_passed");
            return timeOutOrder(order, at);
          });
        }
        await clock.sleep(lookEveryMs, signal);
      }
    },
  };
}
