import { expect, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { bookingsWorld } from "../testing/world.ts";
import { ticketKeysIn } from "./ticket-keys.ts";

test("a key that is withdrawn, and one that is new, count within a minute in every process", async () => {
  await using world = await bookingsWorld();
  let nowMs = 0;
  const keys = ticketKeysIn(world.pool, { ...systemClock, monotonicMs: () => nowMs });
  const { kid: old } = await keys.signing();
  await world.query("delete from ticket_keys");
  const { kid: young } = await ticketKeysIn(world.pool, systemClock).signing();

  expect((await keys.signing()).kid).toBe(old);
  nowMs += 60_000;

  expect(await keys.verifying(old)).toBeUndefined();
  expect(await keys.verifying(young)).toBeDefined();
  expect((await keys.signing()).kid).toBe(young);
  expect((await keys.published()).map(({ kid }) => kid)).toEqual([young]);
});
