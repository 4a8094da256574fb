import { describe, expect, test } from "bun:test";
import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import type { Guests } from "@app/platform/auth.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import { audit, outbox } from "@app/platform/messaging/tables.ts";
import { contextOf, setContext } from "@app/platform/request-context.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { orders } from "../service.ts";
import { orders as ordersTable } from "../store/tables.ts";
import { muteBroker } from "../testing/served.ts";
import { ordersWorld } from "../testing/world.ts";

const wanted = { userId: "demo", sku: "demo-soup", quantity: 1, deadlineSeconds: 315_360_000 };

describe("demo data", () => {
  test("may have an order that nobody can read, with a deadline of its own", async () => {
    await using demo = await started(true);

    const { status, body } = await demo.post(wanted);

    expect({ status, body }).toEqual({ status: 201, body: { id: 1 } });
    const [order] = await demo.pool.q.select().from(ordersTable);
    expect(order).toMatchObject({ status: "PENDING", deadlineSeconds: 315_360_000 });
    const [message] = await demo.pool.q.select().from(outbox);
    expect(message).toMatchObject({ key: "order/1", version: 1 });
    expect(() => fromBinary(OrderCreatedSchema, message?.payload ?? new Uint8Array())).toThrow();
    const [entry] = await demo.pool.q.select().from(audit);
    expect(entry).toMatchObject({ actor: "anonymous", target: "order/1" });
  });

  test("passes the checks of every order, and has a sensible deadline", async () => {
    await using demo = await started(true);
    const detailOf = async (change: object) => (await demo.post({ ...wanted, ...change })).body;

    expect(await detailOf({ sku: "" })).toMatchObject({ detail: "sku is required" });
    expect(await detailOf({ extra: 1 })).toMatchObject({ detail: "unknown field extra" });
    for (const deadlineSeconds of [undefined, 0, 1.5, "10", 3_000_000_000]) {
      expect(await detailOf({ deadlineSeconds })).toMatchObject({
        code: "invalid_deadlineseconds",
      });
    }
    expect(await demo.pool.q.select().from(ordersTable)).toEqual([]);
  });

  test("is for operators, and for nobody unless the service was started for it", async () => {
    await using on = await started(true);
    await using off = await started(false);

    expect((await on.post(wanted, "unprivileged")).status).toBe(401);
    expect((await off.post(wanted)).status).toBe(404);
  });
});

async function started(demo: boolean) {
  const world = await ordersWorld();
  const stop = new AbortController();
  const service = orders({
    db: world.pool,
    broker: muteBroker,
    deadlineMs: 60_000,
    outboxMax: 1_000,
    why: { inventoryUrl: undefined },
    demo,
    stopping: stop.signal,
    clock: systemClock,
    log: silentLog,
  });
  return {
    pool: world.pool,
    async post(body: object, guests: Guests = "everywhere") {
      const url = "http://localhost/ops/v1/demo/unreadable-orders";
      const request = new Request(url, { method: "POST", body: JSON.stringify(body) });
      setContext(request, { ...contextOf(request), guests });
      const response = await service.app.handle(request);
      return { status: response.status, body: (await response.json()) as unknown };
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      service.close();
      await world[Symbol.asyncDispose]();
    },
  };
}
