import { describe, expect, test } from "bun:test";
import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { Refusal } from "@app/platform/errors.ts";
import { decodeHeaders } from "@app/platform/messaging/headers.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { readOrderRequest } from "../domain/order-request.ts";
import { aBurger, anOrderOf, ordersWorld } from "../testing/world.ts";
import { findOrder } from "./find-order.ts";

describe("addOrder", () => {
  test("stores an order of one line and its message in one statement", async () => {
    await using world = await ordersWorld();
    await world.place();
    world.statements.length = 0;

    const { id, replayed } = await world.place();

    expect(world.statements).toHaveLength(1);
    expect({ id, replayed }).toEqual({ id: 2n, replayed: false });
    expect(await findOrder(world.pool, id)).toMatchObject({
      ...aBurger,
      id,
      status: "PENDING",
      version: 1,
    });
    const [row] = await world.query("select lines, skus from orders where id = 2");
    expect(row).toEqual({ lines: null, skus: null });
  });

  test("stores an order under a key in one statement as well", async () => {
    await using world = await ordersWorld();
    await world.place(aBurger, { idempotencyKey: "first" });
    world.statements.length = 0;

    await world.place(aBurger, { idempotencyKey: "second" });

    expect(world.statements).toHaveLength(1);
  });

  test("gives the first order of a fresh database the id 1, and ascends from there", async () => {
    await using world = await ordersWorld();
    const ids: bigint[] = [];
    for (let count = 0; count < 130; count++) ids.push((await world.place()).id);

    expect(ids).toEqual(Array.from({ length: 130 }, (_, index) => BigInt(index + 1)));
  });

  test("leaves the message ready to send", async () => {
    await using world = await ordersWorld();
    const request = anOrderOf("burger", `pi"zz,a{}\\`, "🍔 ü");
    const { id } = await world.place(request);

    const [message] = await world.pool.q.select().from(outbox);

    if (!message) throw new Error("there is no message");
    const { key, version, subject, partition, resent } = message;
    expect({ key, version, subject, partition, resent }).toEqual({
      key: "order/1",
      version: 1,
      subject: "orders.v1.order_created.1",
      partition: 0,
      resent: false,
    });
    expect(decodeHeaders(message.headers).get("nats-msg-id")).toBe(message.eventId);
    expect(fromBinary(OrderCreatedSchema, message.payload)).toMatchObject({
      eventId: message.eventId,
      orderId: id,
      userId: "u1",
      sku: "burger",
      quantity: 1,
      items: request.lines.map((line) => ({ ...line })),
    });
    expect(await findOrder(world.pool, id)).toMatchObject({ lines: request.lines });
  });

  test("makes one order of one key, however many ask at once", async () => {
    await using world = await ordersWorld();
    const added = await Promise.all(
      Array.from({ length: 50 }, () => world.place(aBurger, { idempotencyKey: "k" })),
    );

    expect(new Set(added.map(({ id }) => id)).size).toBe(1);
    expect(added.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const [counted] = await world.query(
      "select (select count(*)::int from orders) as orders, (select count(*)::int from outbox) as messages",
    );
    expect(counted).toEqual({ orders: 1, messages: 1 });
  });

  test("takes both forms of one line for the same request", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place(aBurger, { idempotencyKey: "k" });
    const asItems = { userId: " u1", items: [{ sku: "burger ", quantity: 2 }] };

    const again = await world.place(readOrderRequest(asItems), { idempotencyKey: "k" });

    expect(again).toEqual({ id, replayed: true });
  });

  test("refuses other content under a key, and stores nothing of it", async () => {
    await using world = await ordersWorld();
    await world.place(aBurger, { idempotencyKey: "k" });

    const others = [{ ...aBurger, note: "hot" }, anOrderOf("pizza"), anOrderOf("burger", "pizza")];

    for (const other of others) {
      const refused = world.place(other, { idempotencyKey: "k" });
      await expect(refused).rejects.toThrow(Refusal);
      await expect(refused).rejects.toThrow("idempotency key was used for another request");
    }
    expect(await world.query("select id from orders")).toHaveLength(1);
    expect(await world.query("select id from outbox")).toHaveLength(1);
  });

  test("keeps the keys of different users apart", async () => {
    await using world = await ordersWorld();

    const mine = await world.place(aBurger, { idempotencyKey: "k" });
    const theirs = await world.place({ ...aBurger, userId: "u2" }, { idempotencyKey: "k" });

    expect(mine.id).not.toBe(theirs.id);
  });

  test("stores nothing when any part of it cannot be stored", async () => {
    await using world = await ordersWorld();
    await world.query("alter table outbox add constraint none check (false)");

    await expect(world.place(aBurger, { idempotencyKey: "k" })).rejects.toThrow();

    expect(await world.query("select id from orders")).toEqual([]);
    expect(await world.query("select key from idempotency_keys")).toEqual([]);
  });

  test("wakes the relay after a new order, and not after a replay", async () => {
    await using world = await ordersWorld();
    let woken = 0;
    world.pool.onOutboxWritten(() => woken++);

    for (let count = 0; count < 3; count++) await world.place(aBurger, { idempotencyKey: "k" });

    expect(woken).toBe(1);
  });
});
