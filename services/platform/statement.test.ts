import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { bigint, boolean, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./messaging/tables.ts";
import { openPool } from "./postgres.ts";
import { columnsOf, rowReader, statement } from "./statement.ts";
import { temporaryDatabase } from "./testing/database.ts";
import { eventually } from "./testing/eventually.ts";

const things = pgTable("things", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  count: bigint("how_many", { mode: "number" }),
  isNew: boolean("is_new"),
  names: text("names").array(),
  more: jsonb("more"),
  at: instant("at"),
});

const createThings = sql`create table things (id bigint primary key, how_many bigint,
  is_new boolean, names text[], more jsonb, at timestamptz(3))`;

const addThings = statement<{ readonly ids: readonly string[] }, { readonly id: string }>(
  ({ ids }) => sql`
    insert into ${things} (id) select id from unnest(${ids}::bigint[]) as t (id) returning id`,
);

async function world() {
  const database = await temporaryDatabase("orders");
  const sent: string[] = [];
  const pool = openPool({
    url: database.url,
    connectionsMax: 3,
    name: "statements",
    onStatement: (text) => sent.push(text),
  });
  await pool.q.execute(createThings);
  return {
    pool,
    sent,
    count: async () => (await pool.q.select().from(things)).length,
    /** How many statements wait for a lock. */
    waiting: async () => {
      const rows = await pool.q.execute(sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`);
      return rows.length;
    },
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

describe("a statement", () => {
  test("is one text for any number of rows, and takes its values by name", async () => {
    await using it = await world();

    expect(await it.pool.send(addThings, { ids: ["1"] })).toMatchObject([{ id: "1" }]);
    expect(await it.pool.send(addThings, { ids: ["2", "3"] })).toHaveLength(2);
    expect(await it.pool.send(addThings, { ids: [] })).toHaveLength(0);

    expect(new Set(it.sent.filter((text) => /into "things"/.test(text))).size).toBe(1);
    expect(await it.count()).toBe(3);
  });

  test("is not made where a value would be written into it", () => {
    expect(() => statement(() => sql`select ${17}`)).toThrow("a value is written into select $1");
  });

  test("that cannot be sent fails like one that can", async () => {
    await using it = await world();
    const values = { ids: [{ toString: () => expect.unreachable() }] as unknown as string[] };

    await expect(it.pool.send(addThings, values)).rejects.toThrow();
  });

  test("reads whole rows as Drizzle does", async () => {
    await using it = await world();
    const whole = { id: 1n, count: 2, isNew: true, names: ["a", 'b,"c"'], more: { a: [1] } };
    await it.pool.q.insert(things).values([{ ...whole, at: new Date(0) }, { id: 2n }]);
    const all = statement<object, Record<string, unknown>>(
      () => sql`select ${columnsOf(things)} from ${things} order by id`,
    );

    const rows = (await it.pool.send(all, {})).map(rowReader(things));

    expect(rows).toEqual(await it.pool.q.select().from(things).orderBy(things.id));
    expect(rows[0]).toEqual({ ...whole, at: new Date(0) });
  });
});

describe("statements of one transaction", () => {
  test("are sent in the order of the calls, before those ahead are answered", async () => {
    await using it = await world();
    const touch = statement<{ readonly id: string }>(
      ({ id }) => sql`update ${things} set how_many = 1 where id = ${id}::bigint`,
    );
    const count = statement<object, { readonly count: string }>(
      () => sql`select count(*) as count from ${things} where how_many = 1`,
    );
    await it.pool.send(addThings, { ids: ["1"] });
    const held = Promise.withResolvers<void>();
    const holding = it.pool.transaction(async (tx) => {
      await tx.send(touch, { id: "1" });
      await held.promise;
    });

    const together = it.pool.transaction(async (tx) => {
      // Described first, which a connection does by itself.
      await Promise.all([tx.send(touch, { id: "0" }), tx.send(count, {})]);
      it.sent.length = 0;
      return Promise.all([tx.send(touch, { id: "1" }), tx.send(count, {})]);
    });
    await eventually(async () => expect(it.sent).toEqual([touch.text, count.text]));
    expect(await it.waiting()).toBe(1);
    held.resolve();

    expect((await together)[1]).toMatchObject([{ count: "1" }]);
    await holding;
  });

  test("fail together, with what failed first", async () => {
    await using it = await world();

    const failing = it.pool.transaction((tx) =>
      Promise.all([
        tx.send(addThings, { ids: ["1"] }),
        tx.send(addThings, { ids: ["1"] }),
        tx.send(addThings, { ids: ["2"] }),
      ]),
    );

    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect(await it.count()).toBe(0);
  });
});

describe("what a transaction puts off", () => {
  test("is written with its commit, or before when somebody asks", async () => {
    await using it = await world();
    const decided = ["1"];

    await it.pool.transaction(async (tx) => {
      tx.beforeCommit(async () => void (await tx.send(addThings, { ids: decided.splice(0) })));
      await tx.flush();
      expect(await tx.q.select().from(things)).toHaveLength(1);
      decided.push("2", "3");
    });

    expect(await it.count()).toBe(3);
  });

  test("fails the transaction where it cannot be written", async () => {
    await using it = await world();

    const failing = it.pool.transaction(async (tx) => {
      tx.beforeCommit(async () => void (await tx.send(addThings, { ids: ["2", "2"] })));
      await tx.send(addThings, { ids: ["1"] });
    });

    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect(await it.count()).toBe(0);
  });

  test("is never written where the transaction fails before", async () => {
    await using it = await world();
    let asked = false;

    const failing = it.pool.transaction(async (tx) => {
      tx.beforeCommit(async () => {
        asked = true;
      });
      throw new Error("undone");
    });

    await expect(failing).rejects.toThrow("undone");
    expect(asked).toBe(false);
  });
});
