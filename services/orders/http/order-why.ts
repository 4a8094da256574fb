import { authorizationOnward } from "@app/platform/auth-cookie.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { DurableState } from "@app/platform/messaging/broker.ts";
import { type Hop, obstacleOn } from "@app/platform/messaging/message-way.ts";
import type { Inspected } from "@app/platform/messaging/messaging.ts";
import {
  ownReport,
  type Peer,
  peerReport,
  reportWithinMs,
} from "@app/platform/messaging/service-report.ts";
import { within } from "@app/platform/within.ts";
import { Elysia } from "elysia";
import { isDecided, type Order } from "../domain/order.ts";
import { findOrder } from "../store/find-order.ts";
import { readOrderId } from "./order-id.ts";
import { WhyView, whyView } from "./why-view.ts";

export interface OrderWhySettings {
  readonly inspected: Inspected;
  /** Where inventory's operator API is; without it inventory is not asked. */
  readonly inventoryUrl: string | undefined;
}

/**
 * Tells operators what an order waits for, or why it ended. This service, inventory and the broker
 * are asked at once and waited for a second each; whoever does not answer is part of the answer.
 */
export const orderWhyRoutes = ({ inspected, inventoryUrl }: OrderWhySettings) =>
  new Elysia({ prefix: "/v1/orders" }).get(
    "/:id/why",
    async ({ params, request }) => {
      const id = readOrderId(params.id);
      const authorization = authorizationOnward(request);
      const asked = {
        inspected,
        inventory: { service: "inventory", url: inventoryUrl, authorization },
      };
      const view = await look(asked, id);
      // Whoever was asked first may have said so before the other acted: a second look tells.
      const isPuzzling =
        view.waitsFor === null ? view.ended === null : view.waitsFor.part === "unknown";
      return isPuzzling ? look(asked, id) : view;
    },
    { response: WhyView },
  );

interface Asked {
  readonly inspected: Inspected;
  readonly inventory: Peer;
}

async function look({ inspected, inventory }: Asked, id: bigint): Promise<WhyView> {
  const order = await orderInTime(inspected, id);
  const keys = [`order/${id}`, `reservation/${id}`];
  const [own, theirs, durables] = await Promise.all([
    ownReport(inspected, keys),
    peerReport(inventory, keys),
    inventorysDurable(inspected),
  ]);
  const reports = [own, theirs];
  const obstacle = obstacleOn({ hops: hopsOf(order), reports, durables });
  return whyView(order, { obstacle, reports });
}

/** Nothing can be said of an order that cannot be read. */
function orderInTime({ db }: Inspected, id: bigint): Promise<Order> {
  const late = new Refusal("unavailable", "database_unavailable", "database unavailable", {
    retryAfterSeconds: 1,
  });
  return within(findOrder(db, id), reportWithinMs, late);
}

const toInventory = {
  from: "orders",
  to: "inventory",
  stream: "ORDERS",
  durable: "inventory-service",
};
const toOrders = {
  from: "inventory",
  to: "orders",
  stream: "INVENTORY",
  durable: "orders-service",
};

/** An undecided order waits for inventory's answer; of a decided one its last news has to arrive. */
function hopsOf(order: Order): readonly Hop[] {
  const news: Hop = { ...toInventory, key: `order/${order.id}`, version: order.version };
  if (isDecided(order)) return [news];
  return [news, { ...toOrders, key: `reservation/${order.id}`, version: 1 }];
}

/** How inventory's durable looks from here, for when inventory itself does not say. */
async function inventorysDurable({
  broker,
}: Inspected): Promise<ReadonlyMap<string, DurableState>> {
  const { stream, durable } = toInventory;
  if (!broker.connected()) return new Map();
  try {
    const asked = broker.durableState(stream, durable);
    const state = await within(asked, reportWithinMs, "the broker does not answer");
    return new Map(state ? [[durable, state]] : []);
  } catch {
    return new Map(); // That the broker does not answer stands in this service's own report.
  }
}
