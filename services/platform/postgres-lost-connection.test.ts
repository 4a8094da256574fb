import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { openPool } from "./postgres.ts";
import { temporaryDatabase } from "./testing/database.ts";
import { eventually } from "./testing/eventually.ts";

describe("a transaction whose connection the server ends", () => {
  test("takes no more statements, also when the driver has reused the connection", async () => {
    await using database = await temporaryDatabase("orders");
    const other = openPool({ url: database.url, connectionsMax: 1, name: "other" });
    const pool = openPool({ url: database.url, connectionsMax: 1, name: "lost" });
    await other.q.execute(sql`create table late (id int)`);
    const goOn = Promise.withResolvers<void>();
    const late = Promise.withResolvers<unknown>();

    const whole = pool.transaction(async (tx) => {
      const [row] = await tx.q.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await other.q.execute(sql`select pg_terminate_backend(${row?.pid ?? 0})`);
      await goOn.promise;
      const [outcome] = await Promise.allSettled([tx.q.execute(sql`insert into late values (1)`)]);
      late.resolve(outcome?.status);
    });
    await expect(whole).rejects.toThrow();
    await eventually(() => pool.ping());
    goOn.resolve();

    expect(await late.promise).toBe("rejected");
    expect(await other.q.execute(sql`select 1 from late`)).toHaveLength(0);
    await Promise.all([pool.close(1_000), other.close(1_000)]);
  });

  test("fails what is written next instead of the process", async () => {
    // The driver itself, by our patch: unpatched, its write throws where nobody can catch it.
    await using database = await temporaryDatabase("orders");
    const other = openPool({ url: database.url, connectionsMax: 1, name: "other" });
    const client = postgres(database.url, { max: 1, onnotice: () => undefined });
    const held = await client.reserve();
    const [row] = await held<{ pid: number }[]>`select pg_backend_pid() as pid`;

    await other.q.execute(sql`select pg_terminate_backend(${row?.pid ?? 0})`);
    const [outcome] = await Promise.allSettled([held`select 1`]);

    expect(outcome?.status).toBe("rejected");
    await Promise.all([client.end({ timeout: 0 }), other.close(1_000)]);
  });
});

test("a query after a lost connection is not told what became of the query before", async () => {
  // The driver, by our patch: unpatched, the new connection answers with the old one's last error.
  await using database = await temporaryDatabase("orders");
  const other = openPool({ url: database.url, connectionsMax: 1, name: "other" });
  const pool = openPool({ url: database.url, connectionsMax: 1, name: "cut" });
  const [row] = await pool.q.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);

  const cut = pool.q.execute(sql`select pg_sleep(30)`).then(
    () => "answered",
    () => "failed",
  );
  await eventually(async () => {
    const [seen] = await other.q.execute<{ state: string }>(
      sql`select state from pg_stat_activity where pid = ${row?.pid ?? 0}`,
    );
    expect(seen?.state).toBe("active");
  });
  await other.q.execute(sql`select pg_terminate_backend(${row?.pid ?? 0})`);

  expect(await cut).toBe("failed");
  await pool.ping();
  await Promise.all([pool.close(1_000), other.close(1_000)]);
});
