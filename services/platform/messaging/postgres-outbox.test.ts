import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { postgresOutbox } from "./postgres-outbox.ts";

/** A database with or without a history, and the generic plans of the statements that the outbox sends. */
async function outboxUnderTest({ filled = true, analyzed = true } = {}) {
  const database = await temporaryDatabase("orders");
  const statements: string[] = [];
  const pool = openPool({
    url: database.url,
    connectionsMax: 1,
    name: "outbox test",
    wholeScans: filled,
    onStatement: (text) => statements.push(text),
  });
  const sent = filled ? 20_000 : 0;
  const pending = filled ? 5_000 : 0;
  await pool.q.execute(sql`
    insert into outbox_sent (slot, id, event_id, key, version, subject, headers, payload, stream,
      stream_sequence, created_at, sent_at)
    select i % 2, i, gen_random_uuid(), 'order/' || i, 1, 'orders.v1.x.' || i, '', '', 'ORDERS', i, now(), now()
    from generate_series(1, ${sent}::int) i`);
  await pool.q.execute(sql`
    insert into outbox (event_id, key, version, subject, headers, payload)
    select gen_random_uuid(), 'order/1', i, 'orders.v1.x.1', '', '' from generate_series(1, ${pending}::int) i`);
  if (analyzed) await pool.q.execute(sql`vacuum analyze outbox, outbox_sent`);
  return {
    pool,
    statements,
    outbox: postgresOutbox(pool),
    async planOf(work: () => Promise<unknown>) {
      statements.length = 0;
      await work();
      expect(statements).toHaveLength(1);
      const lines = await pool.q.execute<{ "QUERY PLAN": string }>(
        sql.raw(`explain (generic_plan) ${statements[0]}`),
      );
      return lines.map((line) => line["QUERY PLAN"]).join("\n");
    },
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

describe("postgresOutbox", () => {
  test("looks held ids and keys up in a hash, also with the plan of a prepared statement", async () => {
    await using it = await outboxUnderTest();
    const query = {
      partition: 0,
      from: 0,
      limit: 512,
      heldIds: [1, 2],
      heldKeys: ["a"],
      closed: [],
    };

    const plan = await it.planOf(() => it.outbox.pending(query));

    expect(plan.match(/hashed SubPlan/g)).toHaveLength(2);
    expect(plan).toContain("Index Scan using outbox_pkey");
  });

  test("finds rows by their ids also with plans that were made while the outbox was empty", async () => {
    await using it = await outboxUnderTest({ filled: false });
    const query = { partition: 0, from: 0, limit: 512, heldIds: [], heldKeys: [], closed: [] };

    const plans = [
      await it.planOf(() => it.outbox.pending(query)),
      await it.planOf(() => it.outbox.finish([{ id: 1, stream: "ORDERS", sequence: 1 }])),
    ];

    for (const plan of plans) expect(plan).toContain("Index Scan using outbox_pkey");
  });

  test.each([
    ["nothing is known of the outbox", false],
    ["it was empty when it was looked at", true],
  ])("reads a sudden backlog by the index although %s", async (_, analyzed) => {
    await using it = await outboxUnderTest({ filled: false, analyzed });
    const { pool, outbox, statements } = it;
    statements.length = 0;
    await outbox.pending({
      partition: 0,
      from: 0,
      limit: 512,
      heldIds: [],
      heldKeys: [],
      closed: [],
    });
    await pool.q.execute(sql.raw(`prepare read_pending as ${statements[0]}`));
    await pool.q.execute(sql`
      insert into outbox (event_id, key, version, subject, headers, payload)
      select gen_random_uuid(), 'order/' || i, 1, 'orders.v1.x.1', repeat('h', 200), repeat('p', 100)::bytea
      from generate_series(1, 20000) i`);

    for (const mode of ["force_custom_plan", "force_generic_plan"]) {
      await pool.q.execute(sql.raw(`set plan_cache_mode = ${mode}`));
      const lines = await pool.q.execute<{ "QUERY PLAN": string }>(
        sql.raw("explain execute read_pending (0, 0, '{}', '{}', '{}', 512)"),
      );
      const plan = lines.map((line) => line["QUERY PLAN"]).join("\n");
      expect(plan).toContain("Index Scan using outbox_pkey");
      expect(plan).not.toContain("Bitmap");
    }
  });

  test("leaves out what is held, keys that are, and subjects of closed streams", async () => {
    await using it = await outboxUnderTest();
    const query = { partition: 0, from: 0, limit: 10, heldIds: [1, 2], heldKeys: [], closed: [] };

    expect((await it.outbox.pending(query))[0]?.id).toBe(3);
    expect(await it.outbox.pending({ ...query, heldKeys: ["order/1"] })).toEqual([]);
    expect(await it.outbox.pending({ ...query, closed: ["^orders\\.v1\\..+$"] })).toEqual([]);
    expect(await it.outbox.pending({ ...query, closed: ["^(?!^orders\\.v1\\..+$)"] })).toHaveLength(
      10,
    );
  });

  test("finds kept messages by their place in the stream, without looking at the others", async () => {
    await using it = await outboxUnderTest();
    const range = { first: 100, last: 200 };

    const plans = [
      await it.planOf(() => it.outbox.sentRange("ORDERS")),
      await it.planOf(() => it.outbox.sentBetween("ORDERS", { ...range, ageMaxMs: 1_000_000 })),
      await it.planOf(() => it.outbox.lastSent("ORDERS", { limit: 10, ageMaxMs: 1_000_000 })),
      await it.planOf(() => it.outbox.putBack("ORDERS", { ...range, ids: [100, 101] })),
    ];

    // Partitions that are as good as empty are scanned at no cost; those with rows never are.
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on outbox_sent_[01]\b/);
  });
});
