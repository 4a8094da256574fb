import { describe, expect, test } from "bun:test";
import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { Refusal } from "@app/platform/errors.ts";
import { decodeHeaders } from "@app/platform/messaging/headers.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { OrderRequest } from "../domain/order-request.ts";
import { placeOrder } from "../domain/place-order.ts";
import { aBurger, anOrderOf, type OrdersWorld, ordersWorld } from "../testing/world.ts";
import { type AddedOrder, type AddOrder, orderAdder } from "./add-order.ts";
import { findOrder } from "./find-order.ts";
import { requestHash } from "./request-hash.ts";

interface Asked {
  readonly request: OrderRequest;
  readonly key?: string | undefined;
}

let drawn = 0n;

/** Asks for an order under an id of its own; what comes of it is never a rejection. */
function ask(add: AddOrder, { request, key }: Asked): Promise<AddedOrder | string> {
  drawn += 1n;
  const placed = placeOrder(request, { id: drawn, at: new Date("2026-05-04T12:00:00Z") });
  const idempotency =
    key === undefined
      ? undefined
      : { scope: request.userId, key, requestHash: requestHash(request) };
  return add(placed, { idempotency }).catch((error: unknown) =>
    error instanceof Refusal ? error.reason : "failed",
  );
}

const countsOf = async (world: OrdersWorld) =>
  (
    await world.query(`select (select count(*)::int from orders) as orders,
      (select count(*)::int from outbox) as messages,
      (select count(*)::int from idempotency_keys) as keys`)
  )[0];

const isNewIn = (answer: AddedOrder | string | undefined) =>
  typeof answer === "object" && !answer.replayed;

function addedIn(answer: AddedOrder | string | undefined): AddedOrder {
  if (typeof answer === "object") return answer;
  throw new Error(`no order was added: ${answer}`);
}

describe("orders that are added together", () => {
  test("share their commits, whether under a key or not", async () => {
    await using world = await ordersWorld();
    const add = orderAdder(world.pool);
    const burgers = Array.from({ length: 60 }, (_, n) => ({
      request: aBurger,
      key: n % 2 === 0 ? `k${n}` : undefined,
    }));
    world.statements.length = 0;

    const answers = await Promise.all(burgers.map((asked) => ask(add, asked)));

    expect(world.statements.filter((text) => text.includes("insert into"))).toHaveLength(1);
    expect(answers.filter(isNewIn)).toHaveLength(60);
    expect(await countsOf(world)).toEqual({ orders: 60, messages: 60, keys: 30 });
  });

  test("are stored as they would be alone, message included", async () => {
    await using world = await ordersWorld();
    const add = orderAdder(world.pool);
    const several = anOrderOf("burger", `pi"zz,a{}\\`, "🍔 ü", "null");
    const request = { ...several, userId: `o'neil"\\`, note: `a\n"b"\t\\ {c} ☕\u2028` };
    const asked = [aBurger, aBurger, request, { ...aBurger, note: "" }].map((request) => ({
      request,
    }));

    const answers = await Promise.all(asked.map((one) => ask(add, one)));

    const messages = await world.pool.q.select().from(outbox);
    for (const [index, answer] of answers.entries()) {
      const { id } = addedIn(answer);
      const wanted = asked[index]?.request;
      expect(await findOrder(world.pool, id)).toMatchObject({
        ...wanted,
        id,
        status: "PENDING",
        version: 1,
      });
      const message = messages.find(({ key }) => key === `order/${id}`);
      if (!message || !wanted) throw new Error("there is no message");
      const { version, subject, partition, resent, eventId, headers, payload } = message;
      expect({ version, subject, partition, resent }).toEqual({
        version: 1,
        subject: `orders.v1.order_created.${id}`,
        partition: 0,
        resent: false,
      });
      expect(decodeHeaders(headers).get("nats-msg-id")).toBe(eventId);
      expect(fromBinary(OrderCreatedSchema, payload)).toMatchObject({
        eventId,
        orderId: id,
        userId: wanted.userId,
        items: wanted.lines.map((line) => ({ ...line })),
      });
    }
    const [times] = await world.query(
      "select bool_and(abs(extract(epoch from now() - created_at)) < 60) as fresh from orders",
    );
    expect(times).toEqual({ fresh: true });
  });

  test("are answered as in some order one after another, whatever keys and contents meet", async () => {
    await using world = await ordersWorld();
    const asking = fc.record({
      request: fc.constantFrom(aBurger, anOrderOf("pizza"), { ...aBurger, userId: "u2" }),
      key: fc.constantFrom(undefined, "a", "b", "c"),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(asking, { maxLength: 16 }), async (asked) => {
        await world.query("truncate orders, outbox, idempotency_keys");
        const add = orderAdder(world.pool);

        const answers = await Promise.all(asked.map((one) => ask(add, one)));

        for (const [index, { request, key }] of asked.entries()) {
          const first = asked.findIndex(
            (other, at) =>
              other.request.userId === request.userId && other.key === key && isNewIn(answers[at]),
          );
          // Without a key each is the first of its own.
          const by = key === undefined ? index : first;
          const same = asked[by]?.request === request;
          expect(answers[index]).toEqual(
            same ? { ...addedIn(answers[by]), replayed: by !== index } : "idempotency_key_reused",
          );
        }
        const stored = answers.filter(isNewIn).length;
        expect(await countsOf(world)).toMatchObject({ orders: stored, messages: stored });
      }),
      { numRuns: 50 },
    );
  });

  test("of one key make one order, and other content under it is refused", async () => {
    await using world = await ordersWorld();
    const add = orderAdder(world.pool);
    const pizza = anOrderOf("pizza");
    const burgers = Array.from({ length: 48 }, () => ask(add, { request: aBurger, key: "k" }));
    const pizzas = Array.from({ length: 16 }, () => ask(add, { request: pizza, key: "k" }));

    const answers = await Promise.all(burgers);
    const { id } = addedIn(answers.find(isNewIn));
    expect(answers.filter(isNewIn)).toHaveLength(1);
    for (const answer of answers) expect(addedIn(answer).id).toBe(id);
    for (const answer of await Promise.all(pizzas)) expect(answer).toBe("idempotency_key_reused");
    expect(await countsOf(world)).toEqual({ orders: 1, messages: 1, keys: 1 });
  });

  test("are all stored but the one that cannot be", async () => {
    await using world = await ordersWorld();
    await world.query("alter table orders add constraint no_poison check (note <> 'poison')");
    const add = orderAdder(world.pool);
    const asked = Array.from({ length: 30 }, (_, n) => ({
      request: n === 17 ? { ...aBurger, note: "poison" } : aBurger,
      key: n % 3 === 0 ? undefined : `k${n}`,
    }));

    const answers = await Promise.all(asked.map((one) => ask(add, one)));

    expect(answers.flatMap((answer, n) => (answer === "failed" ? [n] : []))).toEqual([17]);
    expect(await countsOf(world)).toEqual({ orders: 29, messages: 29, keys: 19 });
  });

  test("leave a key to the order under it that can be stored", async () => {
    await using world = await ordersWorld();
    await world.query("alter table orders add constraint no_poison check (note <> 'poison')");
    const add = orderAdder(world.pool);
    const others = [aBurger, aBurger].map((request) => ask(add, { request }));

    const poison = ask(add, { request: { ...aBurger, note: "poison" }, key: "k" });
    const good = ask(add, { request: aBurger, key: "k" });

    expect(await good).toMatchObject({ replayed: false });
    // Tried alone, whichever comes first: it breaks the rule, or finds the key used.
    expect(await poison).toBeOneOf(["failed", "idempotency_key_reused"]);
    await Promise.all(others);
    expect(await countsOf(world)).toEqual({ orders: 3, messages: 3, keys: 1 });
  });

  test("of many replicas under the same keys wait for each other, and none fails", async () => {
    await using world = await ordersWorld();
    const keys = Array.from({ length: 60 }, (_, n) => `k${n}`);
    const replicas = Array.from({ length: 6 }, () => orderAdder(world.pool));

    for (let round = 0; round < 10; round += 1) {
      await world.query("truncate orders, outbox, idempotency_keys");
      world.statements.length = 0;
      const answers = await Promise.all(
        replicas.flatMap((add, replica) => {
          const asked = replica % 2 === 0 ? keys : keys.toReversed();
          return asked.map((key) => ask(add, { request: aBurger, key }));
        }),
      );

      // One of each: none met a deadlock and was tried again.
      expect(world.statements.filter((text) => text.includes("insert into"))).toHaveLength(6);
      expect(answers.filter((one) => typeof one === "string")).toEqual([]);
      expect(await countsOf(world)).toEqual({ orders: 60, messages: 60, keys: 60 });
    }
  });

  test("wake the relay once for all of a commit, and not for replays", async () => {
    await using world = await ordersWorld();
    const add = orderAdder(world.pool);
    let woken = 0;
    world.pool.onOutboxWritten(() => woken++);
    const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
    const all = () => Promise.all(keys.map((key) => ask(add, { request: aBurger, key })));

    await all();
    await all();

    expect(woken).toBe(1);
  });
});
