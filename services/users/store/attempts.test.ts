import { describe, expect, test } from "bun:test";
import { usersWorld } from "../testing/world.ts";
import { takeSignInAttempt } from "./attempts.ts";

const limits = { failuresPerAccount: 1_000, failuresPerAddress: 1_000, registrationsPerAddress: 9 };

describe("attempts", () => {
  test("are each counted, however many come at once, and none waits for ever", async () => {
    await using world = await usersWorld();
    const { pool } = world;
    // Crosswise, so that an order of locks that differs would be a deadlock.
    const pairs = Array.from({ length: 60 }, (_, index) => ({
      emailKey: `u${index % 3}@example.com`,
      address: `192.0.2.${index % 2}`,
    }));

    const taken = await Promise.all(pairs.map((pair) => takeSignInAttempt(pool, pair, limits)));
    const counts = () =>
      world
        .query("select count from sign_in_attempts order by count")
        .then((rows) => rows.map(({ count }) => count));
    expect(await counts()).toEqual([20, 20, 20, 20, 20, 20, 30, 30]);
    await Promise.all(taken.map((attempt, index) => index % 2 === 0 && attempt.takeBack()));

    expect(await counts()).toEqual([0, 10, 10, 10, 10, 10, 10, 30]);
  });

  test("of many at once let as many through as there are left, and no more", async () => {
    await using world = await usersWorld();
    const of = { emailKey: "ada@example.com", address: "192.0.2.1" };
    const few = { ...limits, failuresPerAccount: 10 };

    const settled = await Promise.allSettled(
      Array.from({ length: 50 }, () => takeSignInAttempt(world.pool, of, few)),
    );

    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  });

  test("from a network address that had its share lock nobody out", async () => {
    await using world = await usersWorld();
    const few = { ...limits, failuresPerAccount: 5, failuresPerAddress: 3 };
    const ada = { emailKey: "ada@example.com", address: "192.0.2.1" };
    const settled = await Promise.allSettled(
      Array.from({ length: 30 }, () => takeSignInAttempt(world.pool, ada, few)),
    );
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(3);

    const elsewhere = { ...ada, address: "192.0.2.2" };
    await takeSignInAttempt(world.pool, elsewhere, few);
    await takeSignInAttempt(world.pool, elsewhere, few);

    await expect(takeSignInAttempt(world.pool, elsewhere, few)).rejects.toThrow(
      "too many attempts",
    );
    const counts = await world.query("select count from sign_in_attempts order by count");
    expect(counts.map(({ count }) => count)).toEqual([2, 3, 5, 5]);
  });

  test("that succeed are counted too: one account does not keep all the hashing busy", async () => {
    await using world = await usersWorld();
    const ada = { emailKey: "ada@example.com", address: "192.0.2.1" };
    const signIn = async (of: typeof ada) =>
      (await takeSignInAttempt(world.pool, of, { ...limits, failuresPerAccount: 300 })).forgive();
    await Promise.all(Array.from({ length: 300 }, () => signIn(ada)));

    await expect(signIn({ ...ada, address: "192.0.2.2" })).rejects.toThrow("too many attempts");
    await signIn({ ...ada, emailKey: "bob@example.com" });
  });

  test("name nobody in the database", async () => {
    await using world = await usersWorld();
    await takeSignInAttempt(world.pool, { emailKey: "ada@example.com", address: "::1" }, limits);

    const rows = await world.query("select sign_in_attempts::text as row from sign_in_attempts");

    expect(JSON.stringify(rows)).not.toContain("ada");
    expect(rows).toHaveLength(3);
  });
});
