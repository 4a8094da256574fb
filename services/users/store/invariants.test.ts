import { describe, expect, test } from "bun:test";
import type { Slice } from "@app/platform/messaging/invariant.ts";
import { type UsersWorld, usersWorld } from "../testing/world.ts";
import { userInvariants } from "./invariants.ts";

const LOOKS_MAX = 50;
const slice: Slice = { cursor: undefined, rowsMax: 2, breachesMax: 5, sentKeepMs: 3_600_000 };

/** Every breach, looked for slice by slice to the end. */
async function breachesIn({ pool }: UsersWorld): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, look } of userInvariants) {
    let cursor: string | undefined;
    for (let looks = 0; ; looks += 1) {
      if (looks === LOOKS_MAX) throw new Error(`${name} is looked at without end`);
      const { breaches, next } = await pool.transaction((tx) => look(tx, { ...slice, cursor }));
      found.push(...breaches.map(({ about, problem }) => `${name}: ${about} ${problem}`));
      if (next === undefined) break;
      cursor = next;
    }
  }
  return found;
}

/** Three accounts, one of an operator, with four sessions: one goes on, one was ended. Keys were changed. */
async function busyWorld(): Promise<UsersWorld> {
  const world = await usersWorld();
  const { refreshToken } = await world.ada();
  const bob = await world.signedIn("bob@example.com");
  const olga = await world.signedIn("olga@example.com", ["operator"]);
  const send = (path: string, body: object, token?: string) =>
    world.call("POST", path, { body, ...(token && { token }) });
  const calls = [
    await send("/api/refresh", { refreshToken }),
    await send("/api/logout", { refreshToken: bob.refreshToken }),
    await send("/ops/v1/keys/rotate", {}, olga.token),
  ];
  expect(calls.every(({ status }) => status < 300)).toBe(true);
  return world;
}

describe("what is always true of accounts", () => {
  test("is so, and all of it is looked at", async () => {
    await using world = await busyWorld();

    expect(await breachesIn(world)).toEqual([]);
    for (const { name, look } of userInvariants) {
      const { checked } = await world.pool.transaction((tx) => look(tx, slice));
      expect([name, checked]).toEqual([name, 2]);
      const odd = world.pool.transaction((tx) => look(tx, { ...slice, cursor: "'; drop" }));
      await expect(odd).rejects.toMatchObject({ message: "invalid cursor" });
    }
  });

  test("of old accounts needs no message that is forgotten", async () => {
    await using world = await busyWorld();

    await world.query("update users set created_at = now() - interval '2 days'");
    await world.query("delete from outbox");

    expect(await breachesIn(world)).toEqual([]);
  });

  test.each([
    ["users-as-stated", "delete from outbox where id = (select min(id) from outbox)"],
    ["users-as-stated", "update users set version = 2 where email like 'bob%'"],
    [
      "sessions-are-families",
      "update sessions set token_hash_before = token_hash where rotated_at is not null",
    ],
    ["sessions-are-families", "update sessions set token_hash = '\\x01'"],
    ["sessions-are-families", "update sessions set expires_at = created_at"],
    ["one-key-has-no-successor", "update signing_keys set verifies_until = now()"],
    ["one-key-has-no-successor", "update signing_keys set verifies_until = null"],
  ])("%s is found broken by: %s", async (name, statement) => {
    await using world = await busyWorld();

    await world.query(statement);

    const names = (await breachesIn(world)).map((text) => text.split(":")[0]);
    expect(new Set(names)).toEqual(new Set([name]));
  });
});
