import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { type SQL, sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { eventually } from "../testing/eventually.ts";
import {
  messageOf,
  type ReplicaOptions,
  type SinkWorld,
  sinkConsumer,
  sinkWorld,
} from "../testing/sink.ts";
import { encodeHeaders } from "./headers.ts";
import { type PublishedStream, provenAgeMs } from "./published-stream.ts";
import { type SweptConsumer, sweepReceived } from "./reconcile-received.ts";
import { sentSweep } from "./reconcile-sent.ts";

setDefaultTimeout(120_000);

const { stream, durable } = sinkConsumer;
const orders: PublishedStream = {
  name: stream,
  subjects: ["orders.v1.>"],
  maxAgeSeconds: 604_800,
  shared: false,
};

const consumer: SweptConsumer = {
  stream,
  durable,
  consumer: durable,
  order: "key",
  isHeard: () => true,
  inboxKeepMs: 259_200_000,
};

const settingsOf = ({ pool: db, broker }: SinkWorld) => ({
  db,
  broker,
  clock: systemClock,
  log: silentLog,
  held: () => true,
  lookAgainMs: 0,
});

/** Sweeps to the end and looks a second time. */
async function compare(world: SinkWorld): Promise<void> {
  const sent = sentSweep(settingsOf(world), orders);
  for (let rounds = 0; rounds < 2; rounds += 1) {
    while (await sweepReceived(settingsOf(world), consumer));
    while (await sent());
  }
}

async function missing(world: SinkWorld): Promise<readonly string[]> {
  const rows = await world.pool.q.execute<{ what: string }>(sql`
    select kind || ' ' || coalesce(key, 'no key') || ' v' || coalesce(version, 0) || ' at ' || sequence as what
    from differences where confirmed order by kind, sequence`);
  return rows.map(({ what }) => what);
}

async function swept(world: SinkWorld, kind: "received" | "sent"): Promise<number> {
  const [row] = await world.pool.q.execute<{ sequence: string }>(
    sql`select sequence from reconciled where kind = ${kind} and stream = ${stream}`,
  );
  return Number(row?.sequence ?? -1);
}

const managed = async ({ broker }: SinkWorld): Promise<JetStreamManager> =>
  jetstreamManager(await broker.connection(2_000));

const ackFloor = async ({ broker }: SinkWorld) =>
  (await broker.durableState(stream, durable))?.ackFloor;

/**
 * Lets a replica take in what `send` sends, until all is acknowledged and finished; none runs
 * afterwards. What the replica's own reconciler had compared is forgotten, unless it is kept.
 */
async function settledWith(
  world: SinkWorld,
  send: () => Promise<void>,
  {
    acknowledged,
    keepProgress = false,
    ...options
  }: ReplicaOptions & { readonly acknowledged: number; readonly keepProgress?: boolean },
): Promise<void> {
  {
    await using _replica = world.start(options);
    await send();
    await eventually(
      async () => {
        expect(await ackFloor(world)).toBe(acknowledged);
        expect(await run(world, sql`select 1 from outbox`)).toHaveLength(0);
      },
      { deadlineMs: 60_000 },
    );
  }
  if (keepProgress) return;
  await run(world, sql`delete from reconciled`);
  await run(world, sql`delete from differences`);
}

/** Waits until the relay has stored so many messages. */
const stored = (world: SinkWorld, count: number) =>
  eventually(
    async () => expect((await world.broker.streamState(stream))?.lastSequence).toBe(count),
    { deadlineMs: 60_000 },
  );

const run = ({ pool }: SinkWorld, statement: SQL) => pool.q.execute(statement);

describe("the reconciler", () => {
  test("misses nothing of what was handled, parked, set aside, skipped, left in the stream or without a key", async () => {
    await using world = await sinkWorld();
    const failing = (_: unknown, { key }: { readonly key: string }) => {
      if (key === "order/bad") throw new Error("it fails");
    };
    await settledWith(
      world,
      async () => {
        await world.send("good", [1, 2, 3]);
        await world.send("bad", [1, 2]);
        // Parked, and beyond the room that there is: left in the stream.
        await world.send("early", [2, 3, 4]);
        await stored(world, 8);
        await world.broker.publish({
          ...messageOf("keyless", 1),
          headers: encodeHeaders({ a: "b" }),
        });
      },
      {
        acknowledged: 9,
        behaviour: failing,
        settings: { ATTEMPTS_MAX: 2, PARKED_PER_LANE_MAX: 2 },
      },
    );
    await eventually(async () =>
      expect(await run(world, sql`select 1 from dead_letters`)).toHaveLength(2),
    );
    await run(world, sql`delete from inbox`);

    await compare(world);

    expect(await missing(world)).toEqual([]);
    // The announcements of the letters went to another stream.
    expect([await swept(world, "received"), await swept(world, "sent")]).toEqual([9, 9]);
    const behind = await run(world, sql`select 1 from lanes where behind`);
    expect(behind).toHaveLength(1);
  });

  test.each([
    ["its lane", sql`delete from lanes where key = 'order/1'`, "received order/1 v1 at 1"],
    ["its parked row", sql`delete from parked`, "received order/2 v2 at 2"],
    [
      "the row of a dead letter that blocks its lane",
      sql`delete from dead_letters where key is not null`,
      "received order/3 v1 at 3",
    ],
    [
      "the row of a dead letter without a key",
      sql`delete from dead_letters where key is null`,
      "received no key v0 at 4",
    ],
  ])(
    "misses a message that lost %s, and forgets it when it turns up",
    async (_, loss, found) => {
      await using world = await sinkWorld();
      const behaviour = (_: unknown, { key }: { readonly key: string }) => {
        if (key === "order/3") throw new Error("it fails");
      };
      const send = async () => {
        await world.send("1", [1]);
        await world.send("2", [2]);
        await world.send("3", [1]);
        await stored(world, 3);
        await world.broker.publish({ ...messageOf("4", 1), headers: "" });
      };
      await settledWith(world, send, { acknowledged: 4, behaviour, settings: { ATTEMPTS_MAX: 1 } });
      await run(world, sql`create table kept_lanes as select * from lanes`);
      await run(world, loss);

      await compare(world);
      expect(await missing(world)).toEqual([found]);

      await run(world, sql`insert into lanes select * from kept_lanes on conflict do nothing`);
      await run(world, sql`update lanes set version = 9, blocked = false`);
      await run(
        world,
        sql`
      insert into dead_letters (consumer, event_id, stream, stream_sequence, subject, headers, payload, published_at, reason)
      select consumer, event_id, stream, sequence, subject, '', '', now(), 'no_key'
      from differences where key is null`,
      );
      await compare(world);
      expect(await missing(world)).toEqual([]);
    },
    40_000,
  );

  test("misses a message that somebody else acknowledged, and not one that is not acknowledged", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1]), { acknowledged: 1 });
    await world.broker.publish(messageOf("2", 1));
    const thief = await world.broker.subscribe(stream, durable, 1);
    for (const delivery of await thief.next(1, AbortSignal.timeout(30_000))) delivery.ack();
    await thief.close();
    await world.broker.publish(messageOf("3", 1));
    await eventually(async () => expect(await ackFloor(world)).toBe(2));

    await compare(world);

    expect(await missing(world)).toEqual(["received order/2 v1 at 2"]);
    expect(await swept(world, "received")).toBe(2);
  });

  test("counts a message only once a second look misses it too", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1]), { acknowledged: 1 });
    await run(world, sql`delete from lanes`);

    await sweepReceived(settingsOf(world), consumer);
    expect(await missing(world)).toEqual([]);
    await sweepReceived({ ...settingsOf(world), lookAgainMs: 60_000 }, consumer);
    expect(await missing(world)).toEqual([]);
    await sweepReceived(settingsOf(world), consumer);

    expect(await missing(world)).toEqual(["received order/1 v1 at 1"]);
  });

  test("misses what a stream lost behind the relay's back, and makes it pending again", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1, 2, 3]), { acknowledged: 3 });
    await (await managed(world)).streams.deleteMessage(stream, 2);
    // As if the relay had seen it so before: the loss is covered up.
    await run(world, sql`update streams_seen set deleted = 1`);
    const sent = sentSweep(settingsOf(world), orders);

    await sent();
    expect(await run(world, sql`select 1 from differences where kind = 'sent'`)).toHaveLength(1);
    await sent();
    expect(await missing(world)).toEqual(["sent order/1 v2 at 2"]);
    const pending = await run(world, sql`select version::int as version, resent from outbox`);
    expect([...pending]).toEqual([{ version: 2, resent: true }]);
    await sent();
    expect(await missing(world)).toEqual([]);
  });

  test("holds nothing against a stream for what age has taken", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1, 2]), { acknowledged: 2 });
    await (await managed(world)).streams.purge(stream, { keep: 0 });
    await run(
      world,
      sql`
      update outbox_sent set sent_at = sent_at - make_interval(secs => ${provenAgeMs(orders) / 1000}::float8)`,
    );

    await compare(world);

    expect(await missing(world)).toEqual([]);
    expect([await swept(world, "received"), await swept(world, "sent")]).toEqual([2, 2]);
  });

  test("compares no further than where a message may still be finished", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1]), { acknowledged: 1 });
    await world.send("2", [1]);
    await world.broker.publish(messageOf("3", 1));
    const sent = sentSweep(settingsOf(world), orders);

    await sent();
    await sent();
    expect(await swept(world, "sent")).toBe(0);
    await run(world, sql`delete from outbox`);
    await sent();

    expect(await swept(world, "sent")).toBe(2);
  });

  test("waits for a backlog that is too long to be searched", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1]), { acknowledged: 1 });
    await run(
      world,
      sql`insert into outbox (event_id, key, version, subject, headers, payload, created_at)
        select gen_random_uuid(), 'other/' || n, 1, 'other.v1.thing.' || n, '', '', now() - interval '1 day'
        from generate_series(1, 10001) n`,
    );
    const sent = sentSweep(settingsOf(world), orders);

    await sent();
    expect(await swept(world, "sent")).toBe(0);
    await run(world, sql`delete from outbox where id = (select max(id) from outbox)`);
    await sent();

    expect(await swept(world, "sent")).toBe(1);
  });

  test("starts anew in a stream that was made again, and where another message stands", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1, 2]), { acknowledged: 2 });
    await run(world, sql`delete from lanes`);
    await compare(world);
    expect(await missing(world)).toHaveLength(2);
    const jsm = await managed(world);

    await jsm.streams.delete(stream);
    await settledWith(world, () => world.send("2", [1]), { acknowledged: 3, keepProgress: true });
    await compare(world);
    // What was missed in the old stream came again, to lanes that begin anew.
    expect(await missing(world)).toEqual([]);
    expect(await swept(world, "received")).toBe(3);

    await run(world, sql`update reconciled set witness = 'another' where kind = 'received'`);
    await run(world, sql`delete from lanes where key = 'order/2'`);
    await compare(world);
    expect((await missing(world)).map((text) => text.slice(0, 19))).toEqual([
      "received order/2 v1",
    ]);
  });

  test("goes on from where another leader was, and moves nothing that moved meanwhile", async () => {
    await using world = await sinkWorld();
    await settledWith(world, () => world.send("1", [1, 2]), { acknowledged: 2 });
    await compare(world);
    await run(world, sql`delete from lanes`);

    await compare(world);
    expect(await missing(world)).toEqual([]);
    await run(
      world,
      sql`update reconciled set sequence = 0, began_at = now() where kind = 'received'`,
    );
    await compare(world);

    expect(await missing(world)).toHaveLength(2);
  });

  test("asks of a consumer that keeps the latest state for its inbox, its letters or its versions", async () => {
    await using world = await sinkWorld();
    const send = async () => {
      for (const key of ["inbox", "letter", "stored", "newer", "unheard", "old"]) {
        await world.send(key, [1]);
      }
    };
    await settledWith(world, send, { acknowledged: 6 });
    await run(world, sql`delete from lanes`);
    await run(
      world,
      sql`
      delete from inbox where event_id not in (select event_id from outbox_sent where key = 'order/inbox')`,
    );
    await run(
      world,
      sql`
      insert into dead_letters (consumer, key, version, event_id, stream, stream_sequence, subject, headers, payload, published_at, reason)
      select ${durable}, key, version, event_id, stream, stream_sequence, subject, '', '', now(), 'unreadable'
      from outbox_sent where key = 'order/letter'`,
    );
    const stored = new Map([
      ["order/stored", 1],
      ["order/newer", 0],
    ]);
    const projecting: SweptConsumer = { ...consumer, order: "latest" };
    const missed = async (swept: SweptConsumer) => {
      await run(world, sql`delete from reconciled`);
      for (let rounds = 0; rounds < 2; rounds += 1) await sweepReceived(settingsOf(world), swept);
      return (await missing(world)).map((text) => text.split(" ")[1]);
    };

    const versionsOf = async () => stored;
    expect(await missed({ ...projecting, versionsOf })).toEqual([
      "order/newer",
      "order/unheard",
      "order/old",
    ]);
    // What the inbox no longer reaches cannot be judged without versions, nor what nobody listens to.
    expect(await missed({ ...projecting, inboxKeepMs: 0 })).toEqual([]);
    expect(await missed({ ...projecting, versionsOf, isHeard: () => false })).toEqual([]);
  });
});
