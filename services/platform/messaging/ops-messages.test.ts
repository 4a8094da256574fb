import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { type SinkWorld, sinkWorld } from "../testing/sink.ts";
import { showMessages } from "./ops-messages.ts";

test("a message that is sent while it is looked for is shown once", async () => {
  await using world = await sinkWorld();
  const inspected = await stopped(world);
  let tries = 0;

  const { sent } = await eventually(async () => {
    tries += 1;
    await world.send(String(tries), [1]);
    const shown = await sendingMeanwhile(world, () => showMessages(inspected, `order/${tries}`));
    // A machine that stood still for a moment did not read the outbox at all.
    return shown.outboxUnread ? false : shown;
  });

  expect(sent).toMatchObject([{ version: 1, stream: "ORDERS", sequence: 1 }]);
});

/** What is looked at, in a world where nobody sends anything any more. */
async function stopped(world: SinkWorld) {
  await using replica = world.start();
  return { ...replica.messaging.inspected, db: world.pool, consumers: [] };
}

/** Sends everything between the look at the outbox and the one at what was sent. */
async function sendingMeanwhile<Shown>(
  { pool }: SinkWorld,
  look: () => Promise<Shown>,
): Promise<Shown> {
  const shown = Promise.withResolvers<Shown>();
  await pool.transaction(async ({ q }) => {
    // Whoever reads the outbox waits here.
    await q.execute(sql`lock table outbox in access exclusive mode`);
    look().then(shown.resolve, shown.reject);
    await eventually(async () => {
      const waiting = await pool.q.execute(sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`);
      expect(waiting).toHaveLength(1);
    });
    await q.execute(sql`
      insert into outbox_sent (slot, id, event_id, key, version, subject, headers, payload,
        stream, stream_sequence, created_at, sent_at)
      select 0, id, event_id, key, version, subject, headers, payload, 'ORDERS', 1, created_at, now()
      from outbox`);
    await q.execute(sql`delete from outbox`);
  });
  return shown.promise;
}
