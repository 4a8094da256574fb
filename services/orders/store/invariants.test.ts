import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { inSnapshot } from "@app/platform/messaging/verify.ts";
import { ordersWorld } from "../testing/world.ts";
import { orderInvariants } from "./invariants.ts";

setDefaultTimeout(120_000);

const invariants = orderInvariants({ deadlineMs: 900_000 });
const day = 86_400_000;

type World = Awaited<ReturnType<typeof ordersWorld>>;

/** What each invariant that does not hold has to say, as `name: about`. */
async function broken(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, look } of invariants) {
    const slice = { cursor: undefined, rowsMax: 100, breachesMax: 10, sentKeepMs: 2 * day };
    const { breaches } = await inSnapshot(world.pool, (tx) => look(tx, slice));
    found.push(...breaches.map(({ about }) => `${name}: ${about}`));
  }
  return found;
}

const sent = `insert into outbox_sent (slot, id, event_id, key, version, subject, headers, payload,
  stream, stream_sequence, created_at, sent_at)`;

/** A confirmed order, heard of and stated, beside a pending one. */
async function confirmedAndPending(): Promise<World> {
  const world = await ordersWorld();
  await world.place();
  await world.place(undefined, { idempotencyKey: "mine" });
  await world.query(`update orders set status = 'CONFIRMED', version = 2, updated_at = now(),
    total_cents = 100, prices_cents = '{50}' where id = 1`);
  await world.query(`${sent} select 0, id, event_id, key, version, subject, headers, payload,
    'ORDERS', 1, created_at, now() from outbox where key = 'order/1'`);
  await world.query(`${sent} select 0, 0, gen_random_uuid(), key, 2, 'orders.v1.order_confirmed.1',
    headers, payload, 'ORDERS', 2, created_at, now() from outbox where key = 'order/1'`);
  await world.query("delete from outbox where key = 'order/1'");
  await world.query(
    "insert into lanes (consumer, key, version) values ('orders-service', 'reservation/1', 1)",
  );
  await world.query("insert into broker_seen values (1, now(), now() - interval '1 day')");
  return world;
}

describe("the invariants of orders", () => {
  test("hold of a pending and of a confirmed order", async () => {
    await using world = await confirmedAndPending();

    expect(await broken(world)).toEqual([]);
  });

  test.each([
    [
      "an order that nobody timed out",
      [
        "update orders set created_at = now() - interval '1 hour' where id = 2",
        `${sent} select 0, id, event_id, key, version, subject, headers, payload, 'ORDERS', 3,
          created_at, now() - interval '1 hour' from outbox`,
        "delete from outbox",
      ],
      "orders-decided-in-time: order/2",
    ],
    ["a message that was never stated", ["delete from outbox"], "orders-by-legal-path: order/2"],
    [
      "a message that was stated twice",
      [
        `${sent} select 0, 0, gen_random_uuid(), key, 1, subject, headers, payload, 'ORDERS', 9,
        created_at, now() from outbox_sent where version = 1`,
      ],
      "orders-by-legal-path: order/1",
    ],
    [
      "a state that nothing leads to",
      ["update orders set version = 5 where id = 1"],
      "orders-by-legal-path: order/1",
    ],
    [
      "an order confirmed out of nothing",
      ["delete from lanes"],
      "orders-confirmed-by-news: order/1",
    ],
    [
      "a key without its order",
      ["update idempotency_keys set resource_id = '77'"],
      "idempotency-keys-have-orders: idempotency key mine of u1",
    ],
  ])("name %s", async (_, statements, expected) => {
    await using world = await confirmedAndPending();
    for (const statement of statements) await world.query(statement);

    expect(await broken(world)).toEqual([expected]);
  });

  test("name both keys of one order", async () => {
    await using world = await confirmedAndPending();
    await world.query(`insert into idempotency_keys (scope, key, resource_id, request_hash)
      select scope, 'another', resource_id, request_hash from idempotency_keys`);

    expect((await broken(world)).toSorted()).toEqual([
      "idempotency-keys-have-orders: idempotency key another of u1",
      "idempotency-keys-have-orders: idempotency key mine of u1",
    ]);
  });
});
