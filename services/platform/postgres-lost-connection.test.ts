import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { openPool } from "./postgres.ts";
import { temporaryDatabase } from "./testing/database.ts";
import { eventually } from "./testing/eventually.ts";
import { tcpProxy } from "./testing/tcp-proxy.ts";

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

test("a client that falls silent between a statement's description and its values keeps no lock", async () => {
  // The driver, by our patch: unpatched, it describes a new statement without a Sync, and within a
  // series of messages neither statement_timeout nor idle_in_transaction_session_timeout counts.
  await using database = await temporaryDatabase("orders");
  await using proxy = await tcpProxy({ target: database.url });
  const url = proxy.through(database.url);
  const silent = openPool({
    url,
    connectionsMax: 1,
    name: "silent",
    // A busy machine must not need them before the client falls silent.
    idleInTransactionTimeoutMs: 3_000,
    statementTimeoutMs: 3_000,
  });
  const other = openPool({
    url: database.url,
    connectionsMax: 1,
    name: "other",
    lockTimeoutMs: 100,
  });
  await other.q.execute(sql`create table locked (id int primary key, number int)`);
  await other.q.execute(sql`insert into locked values (1, 1)`);
  const locked = Promise.withResolvers<void>();

  const held = silent.transaction(async (tx) => {
    await tx.q.execute(sql`update locked set number = 2 where id = 1`);
    await proxy.set("black-hole-to-client");
    locked.resolve();
    await tx.q.execute(sql`select ${"a value"}::text as described`);
  });
  const outcome = held.catch(() => "failed");
  expect(await Promise.race([locked.promise, outcome])).toBeUndefined();
  await eventually(() => other.q.execute(sql`update locked set number = 3 where id = 1`));
  await proxy.set("none");

  expect(await outcome).toBe("failed");
  expect([...(await other.q.execute(sql`select number from locked`))]).toEqual([{ number: 3 }]);
  await Promise.all([silent.close(1_000), other.close(1_000)]);
});

describe("a connection that is cut off in the middle of a transaction", () => {
  test("leaves nothing in the way of the next queries, nor of closing the pool", async () => {
    // The driver, by our patch: unpatched, the rollback that it sends between the error and the
    // close stays in the queue of the next connection, whose answers then go to the wrong queries.
    await using database = await temporaryDatabase("orders");
    await using proxy = await tcpProxy({ target: database.url });
    const pool = openPool({
      url: proxy.through(database.url),
      connectionsMax: 1,
      name: "cut off",
    });
    await pool.ping();
    const began = Promise.withResolvers<void>();

    const whole = pool.transaction(async (tx) => {
      began.resolve();
      await tx.q.execute(sql`select pg_sleep(30)`);
    });
    await began.promise;
    await eventually(() => proxy.connections === 1);
    proxy.cut();

    await expect(whole).rejects.toThrow();
    for (const number of [1, 2, 3])
      expect([...(await pool.q.execute(sql`select ${number}::int as number`))]).toEqual([
        { number },
      ]);
    const before = performance.now();
    await pool.close(CLOSE_LIMIT_MS);
    expect(performance.now() - before).toBeLessThan(CLOSE_LIMIT_MS);
  });

  test("does not end the transaction that uses the connection after it", async () => {
    // The driver, by our patch: unpatched, the late rollback is sent on the connection that serves
    // another transaction by now, whose later statements are then committed one by one.
    await using database = await temporaryDatabase("orders");
    await using proxy = await tcpProxy({ target: database.url });
    const url = proxy.through(database.url);
    const pool = openPool({ url, connectionsMax: 1, name: "cut off" });
    const other = openPool({ url: database.url, connectionsMax: 1, name: "other" });
    await other.q.execute(sql`create table halves (half int)`);
    const letGo = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();

    const first = pool.transaction(async (tx) => {
      await tx.q.execute(sql`select 1`);
      began.resolve();
      await letGo.promise.finally(() => late.resolve());
      throw new Error("the handler gives up late");
    });
    await began.promise;
    proxy.cut();
    await expect(first).rejects.toThrow();

    const second = pool.transaction(async (tx) => {
      await tx.q.execute(sql`insert into halves values (1)`);
      letGo.resolve();
      await late.promise;
      // By the end of this round trip the late rollback would have been sent.
      await tx.q.execute(sql`select 1`);
      await tx.q.execute(sql`insert into halves values (2)`);
      throw new Error("undo both");
    });
    await expect(second).rejects.toThrow("undo both");

    expect([...(await other.q.execute(sql`select half from halves`))]).toEqual([]);
    await Promise.all([pool.close(1_000), other.close(1_000)]);
  });
});

const CLOSE_LIMIT_MS = 30_000;
