import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { OrderStatus, OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { eventsIn } from "@app/qb/event-stream.ts";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

let world: QuickBite;
beforeAll(async () => {
  world = await openQuickBite({ replicas: 2 });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface SentEvent {
  readonly id: string;
  readonly status: string;
}

/** The events of an order's stream, until it ends by itself. */
async function* eventsOf(url: string): AsyncGenerator<SentEvent> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  for await (const { id = "", data } of eventsIn(response)) {
    yield { id, status: JSON.parse(data).status };
  }
}

describe("watching an order", () => {
  test("shows each state until the decision, at every replica", async () => {
    for (const { process } of world.inventory) process.pause();
    const id = await world.accepted({ userId: "ann", sku: "pizza", quantity: 1 });

    const streams = world.orders.map(({ url }) => eventsOf(`${url}/v1/orders/${id}/stream`));
    const first = await Promise.all(streams.map((events) => events.next()));
    for (const { process } of world.inventory) process.resume();
    const later = await Promise.all(streams.map((events) => Array.fromAsync(events)));

    for (const { value } of first) expect(value).toEqual({ id: "1", status: "PENDING" });
    for (const events of later) expect(events).toEqual([{ id: "2", status: "CONFIRMED" }]);
  });

  test("again after the decision was seen gets 204, which tells a browser to stop", async () => {
    const id = await world.accepted({ userId: "ann", sku: "pizza", quantity: 1 });
    await world.decided(id);

    const path = `/v1/orders/${id}/stream`;
    for (const [replica, { url }] of world.orders.entries()) {
      const seen = await world.call("GET", path, { headers: { "last-event-id": "2" }, replica });

      expect(seen.status).toBe(204);
      const events = await Array.fromAsync(eventsOf(`${url}${path}`));
      expect(events).toEqual([{ id: "2", status: "CONFIRMED" }]);
    }
  });

  test("by WatchOrder ends with the decision as well", async () => {
    const [{ url: baseUrl }] = world.orders;
    const transport = createConnectTransport({ baseUrl, httpVersion: "1.1" });
    const client = createClient(OrdersService, transport);
    const id = await world.accepted({ userId: "ann", sku: "pizza", quantity: 99 }, { replica: 1 });

    const seen: (OrderStatus | undefined)[] = [];
    for await (const { order } of client.watchOrder({ orderId: BigInt(id) }))
      seen.push(order?.status);

    expect(seen.at(-1)).toBe(OrderStatus.CANCELLED);
    expect(seen.length).toBeLessThanOrEqual(2);
  });
});
