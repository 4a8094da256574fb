import { expect, test } from "bun:test";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import postgres from "postgres";
import { takeCut } from "./cut.ts";

test("a cut waits for what is being announced, holds what comes, and has all or nothing of both", async () => {
  await using orders = await temporaryDatabase("orders");
  await using inventory = await temporaryDatabase("inventory");
  const sql = postgres(orders.url, { max: 3, onnotice: () => undefined });
  const announce = (tx: postgres.ISql, key: string) => tx`
    insert into outbox (event_id, key, version, subject, headers, payload)
    values (gen_random_uuid(), ${key}, 1, '', '', '')`;
  const before = await sql.reserve();
  await before`begin`;
  await announce(before, "before");

  let later: Promise<unknown> = Promise.resolve();
  const isWaiting = async () =>
    (
      await sql`select from pg_locks where not granted and relation = 'outbox'::regclass
      and database = (select oid from pg_database where datname = current_database())`
    ).length > 0;
  const cutting = takeCut(
    [
      { service: "orders", url: orders.url },
      { service: "inventory", url: inventory.url },
    ],
    async () => {
      later = announce(sql, "later").execute();
      await eventually(async () => expect(await isWaiting()).toBe(true));
      return [];
    },
    { withinMs: 60_000 },
  );
  await eventually(async () => expect(await isWaiting()).toBe(true));
  await before`commit`;
  before.release();
  await using cut = await cutting;
  await later;

  const kept = cut.readers.map(({ session }) => session<{ key: string }[]>`select key from outbox`);
  const [ofOrders = [], ofInventory = []] = await Promise.all(kept);
  expect(ofOrders.map(({ key }) => key)).toEqual(["before"]);
  expect(ofInventory).toHaveLength(0);
  expect(await sql`select from outbox`).toHaveLength(2);
  await sql.end();
});

test("a broker that does not answer holds nobody up: it is asked again after a pause", async () => {
  await using orders = await temporaryDatabase("orders");
  const sql = postgres(orders.url, { max: 1, onnotice: () => undefined });
  let asked = 0;

  await using cut = await takeCut(
    [{ service: "orders", url: orders.url }],
    async () => {
      asked += 1;
      if (asked > 1) return [];
      return new Promise(() => undefined);
    },
    { withinMs: 100 },
  );

  expect(asked).toBeGreaterThan(1);
  expect(cut.readers).toHaveLength(1);
  await sql`
    insert into outbox (event_id, key, version, subject, headers, payload)
    values (gen_random_uuid(), 'free', 1, '', '', '')`;
  await sql.end();
});
