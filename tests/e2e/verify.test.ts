import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { settled } from "./promises.ts";
import { qbOn } from "./qb.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(180_000);

interface Verified {
  readonly ok: boolean;
  readonly results: readonly {
    readonly where: string;
    readonly name: string;
    readonly state: string;
    readonly rows: readonly { readonly about: string; readonly problem: string }[];
  }[];
}

const often = { RECONCILE_EVERY: "250ms" };

let world: QuickBite;
let qb: ReturnType<typeof qbOn>;
/** 1 CONFIRMED of several lines, 2 CANCELLED by its customer, 3 refused, 4 CONFIRMED. */
beforeAll(async () => {
  world = await openQuickBite({ ordersSettings: often, inventorySettings: often });
  qb = qbOn(world);
  const items = [
    { sku: "burger", quantity: 1 },
    { sku: "pizza", quantity: 2 },
  ];
  await world.decided(await world.accepted({ userId: "ada", items }));
  const second = await world.accepted({ userId: "ada", sku: "pizza", quantity: 1 });
  await world.decided(second);
  await world.call("POST", `/v1/orders/${second}/cancel`, { body: {} });
  await world.decided(await world.accepted({ userId: "ada", sku: "pizza", quantity: 99 }));
  await world.decided(await world.accepted({ userId: "ada", sku: "burger", quantity: 1 }));
  await settled(world);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** What does not hold, as `where name: about: problem`. */
async function found(...flags: readonly string[]) {
  const { code, json, error } = await qb("verify", "--json", ...flags);
  const { results } = json() as Verified;
  const broken = results.filter(({ state }) => state !== "ok");
  return {
    code,
    error,
    lines: broken.flatMap(({ where, name, state, rows }) =>
      rows.length > 0
        ? rows.map(({ about, problem }) => `${where} ${name}: ${about}: ${problem}`)
        : [`${where} ${name}: ${state}`],
    ),
  };
}

describe("qb verify", () => {
  test("finds nothing wrong, in the newest and in all, and says what it looked at", async () => {
    const quick = await qb("verify", "--wait");
    const full = await found("--full", "--strict");

    expect({ code: quick.code, error: quick.error }).toEqual({ code: 0, error: "" });
    expect(quick.out).toContain("ok\torders\torders-by-legal-path\t4 looked at");
    expect(quick.out).toContain("ok\torders and inventory\torders-match-reservations\t4 looked at");
    expect(quick.out).toContain("Everything is as promised.");
    expect(full).toEqual({ code: 0, error: "", lines: [] });
  });

  test("names an order whose reservation is another, and one that is reserved for nobody", async () => {
    const { inventory } = world.sql;
    await inventory`update reservations set quantity = 4, lines = null where id = 'order/4'`;
    await inventory`insert into reservations (id, source, ref, state, sku, quantity, price_cents, total_cents)
      values ('order/77', 'order', '77', 'RESERVED', 'burger', 1, 1, 1)`;

    const { code, lines } = await found("--full");

    expect(code).toBe(1);
    const pairs = lines.filter((line) => line.includes("orders-match-reservations"));
    expect(pairs.toSorted()).toEqual([
      "orders and inventory orders-match-reservations: order/4: of burger×1, and its reservation holds burger×4",
      "orders and inventory orders-match-reservations: order/77: there is no such order, and its reservation is RESERVED",
    ]);
    expect(lines).toContainEqual(expect.stringContaining("inventory stock-conserved: item burger"));
    await inventory`delete from reservations where id = 'order/77'`;
    await inventory`update reservations set quantity = 1 where id = 'order/4'`;
    expect(await found()).toEqual({ code: 0, error: "", lines: [] });
  });

  test("names a cancelled order that still holds stock, unless its message is on its way", async () => {
    const { orders, inventory } = world.sql;
    await orders`update orders set status = 'CANCELLED', version = 3, reason = 'by hand', missing = '{}' where id = 4`;
    const problem = "order/4: CANCELLED, and its reservation is CONSUMED";

    expect((await found()).lines).toEqual([
      "orders orders-by-legal-path: order/4: CANCELLED at version 3, and stated order_created order_confirmed",
      `orders and inventory orders-match-reservations: ${problem}`,
    ]);
    const message =
      await orders`select headers from outbox_sent where key = 'order/4' and version = 2`;
    // No stream takes that subject, so it stays where it is.
    await orders`insert into outbox (event_id, key, version, subject, headers, payload)
      values (gen_random_uuid(), 'order/4', 3, 'nowhere.v1.order_cancelled.4', ${message[0]?.headers}, '')`;
    expect((await found()).lines.filter((line) => line.includes(problem))).toEqual([]);

    await orders`delete from outbox`;
    await orders`update orders set status = 'CONFIRMED', version = 2, reason = null, missing = null where id = 4`;
    expect(await inventory`select from reservations where state = 'RESERVED'`).toHaveLength(0);
    expect(await found()).toEqual({ code: 0, error: "", lines: [] });
  });

  test("names a message that was acknowledged and left no trace, and exports it", async () => {
    const { inventory } = world.sql;
    const lane = await inventory`delete from lanes where key = 'order/1' returning *`;

    const { lines, error } = await found("--full");

    const missing = lines.filter((line) => line.includes("received-accounted-for"));
    expect(missing).toEqual([
      "inventory received-accounted-for: order/1 v1: inventory-service acknowledged ORDERS 1 and has no trace of it",
      expect.stringMatching(/order\/1 v2: inventory-service acknowledged ORDERS \d+ and/),
    ]);
    expect(error).toContain("Try next: ");
    const listed = await qb("missing", "ls");
    expect(listed.out).toContain("qb missing take-in inventory-service 1 --reason …");
    expect((await qb("missing", "take-in", "inventory-service", "x", "--reason", "y")).code).toBe(
      2,
    );
    const { ports, url } = world.inventory[0];
    const metrics = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text();
    expect(metrics).toMatch(/consumer_unaccounted_messages\{consumer="inventory-service",.*\} 2/);
    expect(metrics).toMatch(/invariant_breaches\{invariant="stock-conserved",.*\} 0/);
    const ready = await (await fetch(`${url}/readyz`)).json();
    expect(ready).toMatchObject({
      status: "degraded",
      checks: { reconciled: { problem: "2 messages are missing" } },
    });

    await inventory`insert into lanes ${inventory([...lane])}`;
    await eventually(async () => expect(await found()).toEqual({ code: 0, error: "", lines: [] }), {
      deadlineMs: 60_000,
    });
  });

  test("fails for what waits for a person only when told to be strict", async () => {
    const { inventory } = world.sql;
    await inventory`insert into dead_letters (consumer, event_id, stream, stream_sequence, subject, headers, payload, published_at, reason)
      values ('inventory-service', gen_random_uuid(), 'ORDERS', 1, 's', '', '', now(), 'no_key')`;

    const lenient = await qb("verify");
    const strict = await qb("verify", "--strict");

    expect([lenient.code, strict.code]).toEqual([0, 1]);
    expect(lenient.out).toContain("open\tinventory\tdead-letters\tinventory-service: 1 dead");
    expect(strict.error).toContain("Try next: qb dlq ls");
    await inventory`delete from dead_letters`;
  });

  test("says so when it cannot look, and when there is no quiet", async () => {
    await world.nats.server.pause();
    await world.accepted({ userId: "ada", sku: "burger", quantity: 1 });
    const wait = await qb("verify", "--wait", "1");
    await world.nats.server.resume();
    await world.inventory[0].process.kill();
    const away = await qb("verify");
    await world.inventory[0].process.restart();

    expect([wait.code, away.code]).toEqual([1, 3]);
    expect(wait.error).toContain("not quiet within 1 s");
    expect(away.error).toContain("inventory does not answer");
  });
});
