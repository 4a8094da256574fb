import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openPool, type Transaction } from "./postgres.ts";
import { temporaryDatabase } from "./testing/database.ts";

/** A failure that its caller hears of some promises later than a statement's own. */
async function failsFar(tx: Transaction): Promise<unknown> {
  const divided = (async () => tx.q.execute(sql`select 1 / 0`))();
  return (async () => divided)();
}

test("of statements sent together, a transaction fails with what failed first", async () => {
  // The driver, by our patch: unpatched, whoever asked second is told 25P02, which says nothing of
  // the cause: an outage would be answered as a bug, and a deadlock would count as an attempt.
  await using database = await temporaryDatabase("orders");
  const pool = openPool({ url: database.url, connectionsMax: 1, name: "together" });

  const failed: unknown = await pool
    .transaction((tx) => Promise.all([failsFar(tx), tx.q.execute(sql`select 2`)]))
    .then(
      () => undefined,
      (error: unknown) => error,
    );

  // Drizzle's wrapper around it is heard where the statement's own failure is faster.
  const told = failed instanceof Error && failed.cause ? failed.cause : failed;
  expect(told).toMatchObject({ code: "22012" });
  await pool.close(1_000);
});
