import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { outboxSize } from "./outbox-size.ts";

describe("outboxSize", () => {
  test("counts a short backlog, and estimates a long one from a few pages", async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await temporaryDatabase("orders"));
    const pool = openPool({ url: database.url, connectionsMax: 2, name: "outbox size test" });
    stack.defer(() => pool.close(1_000));
    const fill = (from: number, to: number) =>
      pool.q.execute(sql`
        insert into outbox (event_id, key, version, subject, headers, payload)
        select gen_random_uuid(), 'order/' || n, 1, 'orders.v1.order_created.' || n,
          repeat('h', 300), decode(repeat('00', 100), 'hex')
        from generate_series(${from}::int, ${to}::int) n`);

    await fill(1, 1_000);
    expect(await outboxSize(pool)).toEqual({ rows: 1_000, brokerSilentMs: undefined });

    await fill(1_001, 150_000);
    const { rows } = await outboxSize(pool);
    expect(rows).not.toBe(100_000);
    expect(rows).toBeWithin(120_000, 180_000);
  });

  test("says how long ago the broker stored something", async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await temporaryDatabase("orders"));
    const pool = openPool({ url: database.url, connectionsMax: 2, name: "outbox size test" });
    stack.defer(() => pool.close(1_000));
    await pool.q.execute(sql`insert into broker_seen values (1, now() - interval '1 h', now())`);

    const { brokerSilentMs } = await outboxSize(pool);

    expect(brokerSilentMs).toBeGreaterThanOrEqual(3_600_000);
  });
});
