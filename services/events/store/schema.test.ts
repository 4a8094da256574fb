import { describe, expect, test } from "bun:test";
import { slotCount } from "@app/platform/messaging/postgres-outbox.ts";
import { eventsWorld } from "../testing/world.ts";

describe("the tables of events", () => {
  test("have the ring of slots that sent messages are kept in", async () => {
    await using world = await eventsWorld({ connectionsMax: 2 });

    const slots = await world.run(`
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'outbox_sent'::regclass`);

    expect(slots).toHaveLength(slotCount);
  });

  test.each([
    [
      "a negative number of booked seats",
      "insert into booked_seats values (gen_random_uuid(), -1)",
    ],
    ["a hall without seats", "update halls set capacity = 0"],
    ["a hall of no location", "update halls set location_id = gen_random_uuid()"],
    ["an hour that no day has", "update locations set open_time = 25"],
    ["an event without a name", "update events set name = ''"],
    ["an event that ends before it begins", "update events set ends_at = starts_at"],
    ["an event that sells nothing", "update events set capacity = 0"],
    ["an event that lasts less than nothing", "update events set duration_minutes = -1"],
    ["an event of no version", "update events set version = 0"],
    ["a hall that is taken away from its events", "delete from halls"],
  ])("refuse %s, whoever writes it", async (_, statement) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    await world.event({ hallId });

    await expect(world.run(statement)).rejects.toThrow();
  });
});
