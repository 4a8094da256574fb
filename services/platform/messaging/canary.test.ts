import { describe, expect, test } from "bun:test";
import { streams } from "@app/contracts/topology.ts";
import { jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { temporaryBroker } from "../testing/nats.ts";
import { canary } from "./canary.ts";
import { openJetStream } from "./jetstream-broker.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { applyTopology, topologyOf } from "./topology.ts";

/** A canary that flies every few milliseconds instead of every few seconds. */
async function world({ outageAfterMs }: { readonly outageAfterMs?: number } = {}) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("orders"));
  const nats = stack.use(await temporaryBroker());
  const pool = openPool({ url: database.url, connectionsMax: 2, name: "canary test" });
  stack.defer(() => pool.close(1_000));
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 200, signal),
  };
  const broker = openJetStream({
    servers: [nats.url],
    name: "canary test",
    clock: systemClock,
    timeoutMs: 500,
  });
  stack.defer(() => broker.close());
  const nc = await broker.connection(5_000);
  await applyTopology(nc, topologyOf("orders", streams));

  const bird = canary({
    broker,
    outbox: postgresOutbox(pool),
    service: "orders",
    outageAfterMs,
    clock,
  });
  const fly = () => {
    const stop = new AbortController();
    const flying = bird.run(stop.signal);
    stack.defer(async () => {
      stop.abort();
      await flying;
    });
  };
  const probe = async () => bird.check.probe(new AbortController().signal);
  return {
    pool,
    nats,
    broker,
    bird,
    fly,
    probe,
    jsm: await jetstreamManager(nc),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const deadlineMs = 10_000;

describe("the canary", () => {
  test("is not well before its first flight, and never makes the service unavailable", async () => {
    await using air = await world();

    await expect(air.probe()).rejects.toThrow("no canary was published yet");
    expect(air.bird.check).toMatchObject({ name: "canary", critical: false });
  });

  test("overwrites one message, and notes that the broker was seen", async () => {
    await using air = await world();
    air.fly();

    await eventually(async () => {
      await air.probe();
      const state = await air.broker.streamState("CANARY");
      expect(state).toMatchObject({ messages: 1 });
      expect(state?.lastSequence).toBeGreaterThan(3);
    });
    const rows = await air.pool.q.execute(sql`select * from broker_seen`);
    expect(rows).toHaveLength(1);
  });

  test("notes the broker's return after a silence that was an outage, however short", async () => {
    await using air = await world({ outageAfterMs: 3_000 });
    air.fly();
    await eventually(air.probe);
    const returned = async () => {
      const [row] = await air.pool.q.execute<{ at: string }>(
        sql`select returned_at as at from broker_seen`,
      );
      return row?.at;
    };
    const first = await returned();

    await air.nats.server.kill();
    // A flight that had landed just before is noted by now.
    await eventually(() => expect(air.probe()).rejects.toThrow());
    await air.pool.q.execute(sql`update broker_seen set seen_at = now() - interval '4 s'`);
    await air.nats.server.restart();

    await eventually(async () => expect(await returned()).not.toBe(first), { deadlineMs });
  });

  test("falls when the broker answers and does not store, and says why", async () => {
    await using air = await world();
    air.fly();
    await eventually(air.probe);

    // As with a full disk: it answers, and takes nothing.
    await air.jsm.streams.update("CANARY", { max_msg_size: 1 });

    await eventually(() => expect(air.probe()).rejects.toThrow("message size exceeds maximum"));
    expect(air.broker.connected()).toBe(true);

    await air.jsm.streams.update("CANARY", { max_msg_size: -1 });
    await eventually(air.probe, { deadlineMs });
  });

  test("falls while the broker is away or paused, and flies on by itself", async () => {
    await using air = await world();
    air.fly();
    await eventually(air.probe);

    await air.nats.server.kill();
    await eventually(() => expect(air.probe()).rejects.toThrow());
    await air.nats.server.restart();
    await eventually(air.probe, { deadlineMs });

    air.nats.server.pause();
    await eventually(() => expect(air.probe()).rejects.toThrow(/did not acknowledge/));
    air.nats.server.resume();
    await eventually(air.probe, { deadlineMs });
  });
});
