import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { isDatabaseOutage } from "./outage.ts";
import { openPool } from "./postgres.ts";
import { temporaryDatabase } from "./testing/database.ts";

test("a pool refuses what would wait behind too many, as an outage, and goes on", async () => {
  await using database = await temporaryDatabase("orders");
  const pool = openPool({
    url: database.url,
    connectionsMax: 1,
    waitingMax: 2,
    name: "queue",
  });
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const holder = pool.transaction(async (tx) => {
    begun.resolve();
    await release.promise;
    // What runs in a transaction has its connection and waits for none.
    await tx.q.execute(sql`select 1`);
  });
  await begun.promise;

  const waiting = [pool.ping(), pool.ping(), pool.transaction(async () => undefined)];
  const refused = await Promise.all([
    pool.transaction(async () => undefined).catch((error: unknown) => error),
    pool.q.execute(sql`select 2`).catch((error: unknown) => error),
  ]);
  release.resolve();

  for (const error of refused) {
    expect(String(error instanceof Error && (error.cause ?? error))).toContain("too many wait");
    expect(isDatabaseOutage(error)).toBe(true);
  }
  await Promise.all([holder, ...waiting]);
  await pool.ping();
  await pool.close(1_000);
});
