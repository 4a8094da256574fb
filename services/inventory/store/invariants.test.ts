import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { inSnapshot } from "@app/platform/messaging/verify.ts";
import { inventoryWorld, type World } from "../testing/world.ts";
import { inventoryInvariants } from "./invariants.ts";

setDefaultTimeout(120_000);

/** What each invariant that does not hold has to say, in all its slices, as `name: about`. */
async function broken({ db }: World): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const { name, look } of inventoryInvariants) {
    for (let cursor: string | undefined, slices = 0; slices < 10; slices += 1) {
      const slice = { cursor, rowsMax: 2, breachesMax: 10, sentKeepMs: 172_800_000 };
      const { breaches, next } = await inSnapshot(db, (tx) => look(tx, slice));
      for (const { about } of breaches) found.add(`${name}: ${about}`);
      if (next === undefined) break;
      cursor = next;
    }
  }
  return [...found];
}

/** Three orders, of which the last got nothing, announced and heard of. */
async function reserved(): Promise<World> {
  const world = await inventoryWorld({ burger: 5 });
  await world.order(1n, { burger: 2 });
  await world.order(2n, { burger: 1 });
  await world.order(3n, { burger: 9 });
  await world.run(`insert into outbox_sent (slot, id, event_id, key, version, subject, headers,
      payload, stream, stream_sequence, created_at, sent_at)
    select 0, id, event_id, key, version, subject, headers, payload, 'INVENTORY', id, created_at, now()
    from outbox`);
  await world.run("delete from outbox");
  await world.run(`insert into lanes (consumer, key, version)
    select 'inventory-service', id, 1 from reservations`);
  return world;
}

describe("the invariants of inventory", () => {
  test("hold of what was reserved and refused", async () => {
    await using world = await reserved();

    expect(await broken(world)).toEqual([]);
  });

  test.each([
    [
      "pieces that vanished",
      "alter table items drop constraint items_conserved; update items set available = 0",
      ["stock-conserved: item burger"],
    ],
    [
      "pieces that no reservation accounts for",
      "update items set reserved = 4, available = 1",
      ["stock-conserved: item burger"],
    ],
    [
      "a reservation that stands where its order does not put it",
      "update lanes set version = 2 where key = 'order/1'",
      ["reservations-follow-orders: reservation order/1"],
    ],
    [
      "a reservation without news of its order",
      "delete from lanes where key = 'order/2'",
      ["reservations-follow-orders: reservation order/2"],
    ],
    [
      "a reservation that was stated and is not there",
      "delete from reservations where id = 'order/3'",
      ["reservations-as-stated: reservation order/3"],
    ],
    [
      "a reservation that is not as stated",
      "update reservations set state = 'RELEASED' where id = 'order/3'; update lanes set version = 2 where key = 'order/3'",
      ["reservations-as-stated: reservation order/3"],
    ],
  ])("name %s", async (_, statements, expected) => {
    await using world = await reserved();
    for (const statement of statements.split(";")) await world.run(statement);

    expect(await broken(world)).toEqual(expected);
  });
});
