import { describe, expect, test } from "bun:test";
import {
  type CreateOrderRequestSchema,
  OrderSchema,
  OrderStatus,
} from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { RefusalDetailSchema } from "@app/contracts/gen/platform/v1/refusal_pb.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { rejected, reserved } from "../testing/news.ts";
import { replicaOn, served } from "../testing/served.ts";

const burger = { userId: "u1", sku: "burger", quantity: 2 };

/** What a call fails with. */
async function failure(call: Promise<unknown>): Promise<ConnectError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  return ConnectError.from(outcome);
}

describe("createOrder", () => {
  test("accepts both forms, and makes one order of one key", async () => {
    await using orders = await served();
    const options = { headers: { "idempotency-key": "k" } };
    const replayed: (string | null)[] = [];
    const onHeader = (headers: Headers) => {
      replayed.push(headers.get("idempotency-replayed"));
    };

    const first = await orders.rpc.createOrder(burger, options);
    const again = await orders.rpc.createOrder(
      { userId: "u1", items: [{ sku: " burger", quantity: 2 }] },
      { ...options, onHeader },
    );

    expect([first.orderId, again.orderId]).toEqual([1n, 1n]);
    expect(first.order).toBeUndefined();
    expect(replayed).toEqual(["true"]);
  });

  test("is the same request as through REST", async () => {
    await using orders = await served();
    const headers = { "idempotency-key": "k" };
    await orders.call("POST", "/v1/orders", { body: burger, headers });

    expect((await orders.rpc.createOrder(burger, { headers })).orderId).toBe(1n);
    const other = await failure(orders.rpc.createOrder({ ...burger, note: "x" }, { headers }));
    expect(other.code).toBe(Code.AlreadyExists);
    expect(other.rawMessage).toBe("idempotency key was used for another request");
  });

  test.each<[MessageInitShape<typeof CreateOrderRequestSchema>, string]>([
    [{}, "userId is required"],
    [{ userId: "u1" }, "sku is required"],
    [{ userId: "u1", sku: "burger" }, "quantity must be > 0"],
    [{ userId: "u1", sku: "burger", quantity: -1 }, "quantity must be > 0"],
    [{ userId: "u1", sku: "burger", quantity: 1_000_001 }, "quantity is too large"],
    [{ ...burger, items: [{ sku: "a", quantity: 1 }] }, "use either sku and quantity or items"],
    [
      {
        userId: "u1",
        items: [
          { sku: "a", quantity: 1 },
          { sku: "a ", quantity: 1 },
        ],
      },
      "sku occurs twice",
    ],
    [{ ...burger, note: "x".repeat(1_001) }, "note is too long"],
    [{ ...burger, sku: "a\0" }, "sku must not contain NUL"],
  ])("refuses %j with %s, as REST does", async (request, text) => {
    await using orders = await served();

    const error = await failure(orders.rpc.createOrder(request));

    expect([error.code, error.rawMessage]).toEqual([Code.InvalidArgument, text]);
    expect(orders.statements).toEqual([]);
  });

  test("holds the answer back until the order is confirmed, or the time is up", async () => {
    await using orders = await served();
    const placed = orders.rpc.createOrder({ ...burger, wait: 5 });
    await eventually(async () => (await orders.query("select id from orders")).length === 1);

    await orders.consume(reserved(1n));

    expect((await placed).order).toMatchObject({
      id: 1n,
      status: OrderStatus.CONFIRMED,
      totalCents: 1_780n,
    });
    expect((await orders.rpc.createOrder({ ...burger, wait: 1 })).order).toMatchObject({
      status: OrderStatus.PENDING,
      version: 1n,
    });
  });

  test("fails with the order and its reason once it is cancelled", async () => {
    await using orders = await served();
    const placed = failure(orders.rpc.createOrder({ ...burger, wait: 5 }));
    await eventually(async () => (await orders.query("select id from orders")).length === 1);

    await orders.consume(rejected(1n));

    const error = await placed;
    expect([error.code, error.rawMessage]).toEqual([Code.FailedPrecondition, "insufficient stock"]);
    expect(error.findDetails(OrderSchema)).toMatchObject([{ id: 1n, missing: ["burger"] }]);
    expect(error.findDetails(RefusalDetailSchema)).toMatchObject([{ reason: "order_cancelled" }]);
  });
});

describe("the other calls", () => {
  test("read, list and cancel what REST has made", async () => {
    await using orders = await served();
    for (const sku of ["burger", "pizza"])
      await orders.call("POST", "/v1/orders", { body: { ...burger, sku } });

    const cancelled = await orders.rpc.cancelOrder({ orderId: 1n });
    const { order } = await orders.rpc.getOrder({ orderId: 1n });
    const listed = await orders.rpc.listOrders({ status: OrderStatus.PENDING, limit: 1 });

    expect(order).toEqual(cancelled.order);
    expect(order).toMatchObject({ status: OrderStatus.CANCELLED, reason: "cancelled by customer" });
    expect(listed).toMatchObject({ orders: [{ id: 2n, sku: "pizza" }], nextCursor: "" });
  });

  test("refuse ids that are none or unknown, and lists that cannot be", async () => {
    await using orders = await served();
    const { rpc } = orders;
    const refused = async (call: Promise<unknown>) => {
      const { code, rawMessage } = await failure(call);
      return [code, rawMessage];
    };

    for (const orderId of [0n, -1n]) {
      const invalid = [Code.InvalidArgument, "invalid id"];
      expect(await refused(rpc.getOrder({ orderId }))).toEqual(invalid);
      expect(await refused(rpc.cancelOrder({ orderId }))).toEqual(invalid);
    }
    const unknown = [Code.NotFound, "not found"];
    expect(await refused(rpc.getOrder({ orderId: 9n }))).toEqual(unknown);
    expect(await refused(rpc.cancelOrder({ orderId: 9n }))).toEqual(unknown);
    expect(await refused(rpc.listOrders({ limit: 101 }))).toEqual([
      Code.InvalidArgument,
      "limit must be 1 to 100",
    ]);
    expect(await refused(rpc.listOrders({ cursor: "zzz" }))).toEqual([
      Code.InvalidArgument,
      "invalid cursor",
    ]);
  });

  test("hide others' orders", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    const bob = replicaOn(orders.pool, { caller: { subject: "bob", roles: ["customer"] } });

    const { rpc } = bob;
    const calls = [
      () => rpc.getOrder({ orderId: 1n }),
      () => rpc.cancelOrder({ orderId: 1n }),
      () => rpc.watchOrder({ orderId: 1n })[Symbol.asyncIterator]().next(),
    ];
    for (const call of calls) expect((await failure(call())).code).toBe(Code.NotFound);
    expect((await bob.rpc.listOrders({ userId: "u1" })).orders).toEqual([]);
    bob.shutDown();
  });
});

describe("watchOrder", () => {
  test("sends the present state, then each change, and ends with the decision", async () => {
    await using orders = await served();
    await orders.rpc.createOrder(burger);
    const statuses: (OrderStatus | undefined)[] = [];

    for await (const { order } of orders.rpc.watchOrder({ orderId: 1n })) {
      statuses.push(order?.status);
      if (statuses.length === 1) await orders.consume(reserved(1n));
    }

    expect(statuses).toEqual([OrderStatus.PENDING, OrderStatus.CONFIRMED]);
  });

  test("ends with UNAVAILABLE when the service stops, which is no decision", async () => {
    await using orders = await served();
    await orders.rpc.createOrder(burger);
    const watch = orders.rpc.watchOrder({ orderId: 1n })[Symbol.asyncIterator]();
    await watch.next();

    orders.shutDown();

    expect((await failure(watch.next())).code).toBe(Code.Unavailable);
  });
});
