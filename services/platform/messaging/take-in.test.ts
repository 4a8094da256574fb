import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { sinkConsumer, sinkWorld } from "../testing/sink.ts";

const { durable } = sinkConsumer;

test("a message is taken in at its turn, as a handler may be at work that ends the process", async () => {
  await using world = await sinkWorld();
  const gate = Promise.withResolvers<void>();
  let [isCold, isBegun] = [true, false];
  await using replica = world.start({
    settings: { ATTEMPTS_MAX: 1, HANDLER_TIMEOUT: 60_000 },
    behaviour: async (_message, { key }) => {
      if (key !== "order/1") return;
      if (isCold) throw new Error("cold");
      isBegun = true;
      await gate.promise;
    },
  });
  await world.send("1", [1]);
  const [id = 0] = await eventually(async () => {
    const ids = await world.deadLetterIds();
    expect(ids).toHaveLength(1);
    return ids;
  });
  await world.send("2", [1]);
  await eventually(async () => expect(await world.handledCount()).toBe(1));
  // As if somebody else had acknowledged it, and the reconciler had found that out.
  await world.pool.q.execute(sql`delete from lanes where key = 'order/2'`);
  await world.pool.q.execute(sql`
    insert into differences (kind, stream, consumer, sequence, event_id, subject, confirmed)
    select 'received', stream, ${durable}, stream_sequence, event_id, subject, true
    from outbox_sent where key = 'order/2'`);
  const takeIn = () =>
    replica.messaging.takeIn(durable, { sequence: 2, actor: "ann", reason: "it is lost" });

  isCold = false;
  const redriven = replica.messaging.redrive(durable, id);
  await eventually(() => expect(isBegun).toBe(true));
  const waiting = Array.from({ length: 20 }, () => replica.messaging.redrive(durable, id));
  const ended = Promise.allSettled(waiting);
  await expect(takeIn()).rejects.toMatchObject({ reason: "repairs_busy" });
  gate.resolve();

  expect(await redriven).toEqual({ outcome: "done" });
  await ended;
  expect(await takeIn()).toMatchObject({ outcome: "taken_in" });
  expect(await world.handledCount("order/2")).toBe(2);
});
