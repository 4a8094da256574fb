import { describe, expect, test } from "bun:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import { type SinkWorld, sinkWorld } from "../testing/sink.ts";
import type { Term } from "./leadership.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { relayOutbox } from "./relay.ts";
import { wakeable } from "./wake.ts";

/** Commits messages that are not for the sink, each of a key of its own. */
const commit = (world: SinkWorld, subject: string, count: number) =>
  world.pool.q.execute(sql`
    insert into outbox (event_id, key, version, subject, headers, payload)
    select id, 'thing/' || id, 1, ${subject}::text || '.' || id, 'Nats-Msg-Id: ' || id, ''
    from (select gen_random_uuid() as id from generate_series(1, ${count}::int)) ids`);

async function pending(world: SinkWorld): Promise<number> {
  return (await world.pool.q.execute(sql`select 1 from outbox`)).length;
}

describe("the relay's loop", () => {
  test("goes on with other keys when more than its memory holds is for no stream", async () => {
    await using world = await sinkWorld();
    await commit(world, "nowhere.v1.thing", 5_000);
    await using _replica = world.start();

    await Promise.all(["1", "2", "3"].map((key) => world.send(key, [1, 2])));

    await eventually(async () => expect(await world.handled()).toHaveLength(6));
    // What was handled may still wait for its acknowledgement.
    await eventually(async () => expect(await pending(world)).toBe(5_000));
  });

  test("goes on with other streams when one is full, and sends all once it is not", async () => {
    await using world = await sinkWorld();
    await using replica = world.start();
    await world.send("1", [1]);
    await eventually(async () => expect(await world.handled()).toHaveLength(1));
    const jsm = await jetstreamManager(await replica.broker.connection(1_000));
    await jsm.streams.update("DEAD_LETTERS", { max_msgs: 1 });

    await commit(world, "orders.dlq.v1.thing", 3_000);
    await world.send("1", [2, 3]);

    await eventually(async () => expect(await world.handled()).toHaveLength(3));
    await jsm.streams.update("DEAD_LETTERS", { max_msgs: -1 });
    await eventually(async () => expect(await pending(world)).toBe(0), { deadlineMs: 40_000 });
    expect((await replica.broker.streamState("DEAD_LETTERS"))?.messages).toBe(3_000);
  });

  test("neither publishes nor finishes once its term may be over", async () => {
    await using world = await sinkWorld();
    await world.broker.connection(1_000);
    const jsm = await jetstreamManager(await world.broker.connection(1_000));
    await jsm.streams.add({ name: "ORDERS", subjects: ["orders.v1.>"] });
    await world.send("1", [1]);
    const stop = new AbortController();
    let mine = true;
    const term: Term = { fresh: () => mine, held: () => mine, signal: stop.signal };
    const wake = wakeable();
    const broker = {
      ...world.broker,
      async publish(message: Parameters<typeof world.broker.publish>[0]) {
        const ack = await world.broker.publish(message);
        mine = false;
        return ack;
      },
    };
    const streams = [
      { name: "ORDERS", subjects: ["orders.v1.>"], maxAgeSeconds: 604_800, shared: false },
    ];
    const memory = {
      highest: () => 0,
      acknowledged: () => undefined,
      doubt: () => undefined,
      finished: () => undefined,
      forgot: () => false,
      storeNotes: async () => undefined,
      inspect: async () => undefined,
      compare: async () => undefined,
      repair: async () => 0,
    };
    const relaying = relayOutbox(
      {
        outbox: postgresOutbox(world.pool),
        broker,
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        partition: 0,
        streams,
        wake,
        memory,
      },
      term,
    );

    await eventually(() => expect(mine).toBe(false));
    await world.send("2", [1]);
    wake.wake();
    stop.abort();
    await relaying;

    expect(await pending(world)).toBe(2);
    expect((await world.broker.streamState("ORDERS"))?.messages).toBe(1);
  });
});
