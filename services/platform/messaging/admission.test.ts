import { describe, expect, test } from "bun:test";
import { streams } from "@app/contracts/topology.ts";
import { jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { temporaryBroker } from "../testing/nats.ts";
import { admission } from "./admission.ts";
import { encodeHeaders } from "./headers.ts";
import { openJetStream } from "./jetstream-broker.ts";
import { applyTopology, topologyOf } from "./topology.ts";

const deadlineMs = 40_000;
const lookMs = 500;
const durable = { stream: "ORDERS", durable: "inventory-service" };

/** A queue of a real broker, looked at whenever the test says so: half a second passes between two looks. */
async function world({ outboxMax = 1_000, answerWithinMs = 10_000 } = {}) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("orders"));
  const nats = stack.use(await temporaryBroker());
  const pool = openPool({ url: database.url, connectionsMax: 2, name: "admission test" });
  stack.defer(() => pool.close(1_000));
  const broker = openJetStream({
    servers: [nats.url],
    name: "admission test",
    clock: systemClock,
    timeoutMs: 10_000,
  });
  stack.defer(() => broker.close());
  const nc = await broker.connection(5_000);
  await applyTopology(nc, topologyOf("inventory", streams));
  await pool.q.execute(sql`insert into broker_seen values (1, now(), now())`);

  let nowMs = 0;
  const idled: number[] = [];
  let begun = Promise.withResolvers<void>();
  let next = Promise.withResolvers<void>();
  const clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    // The end of a look, and its wait for the next. That for a first order is over at once.
    sleep: async (ms: number) => {
      if (ms !== lookMs) return void idled.push(ms);
      begun.resolve();
      await next.promise;
    },
  };
  const outageAfterMs = 15_000;
  const limits = { deadlineMs, outboxMax, outageAfterMs, answerWithinMs };
  const gate = admission({ db: pool, broker, way: [durable], ...limits, clock });
  const stop = new AbortController();
  const running = gate.run(stop.signal);
  await begun.promise;
  stack.defer(async () => {
    stop.abort();
    next.resolve();
    await running;
  });

  const look = async () => {
    nowMs += lookMs;
    const wake = next;
    begun = Promise.withResolvers();
    next = Promise.withResolvers();
    wake.resolve();
    await begun.promise;
  };

  return {
    gate,
    nats,
    broker,
    /** How long it has waited for a first order, besides the half second. */
    idled,
    query: (query: ReturnType<typeof sql>) => pool.q.execute(query),
    lookUnasked: look,
    async look() {
      await look();
      return gate.verdict();
    },
    async publish(count: number) {
      for (let sent = 0; sent < count; sent += 100) {
        const window = Array.from({ length: Math.min(100, count - sent) }, (_, index) =>
          broker.publish({
            subject: `orders.v1.order_created.${sent + index}`,
            headers: encodeHeaders({ "Nats-Msg-Id": crypto.randomUUID() }),
            payload: new Uint8Array(),
          }),
        );
        await Promise.all(window);
      }
    },
    /** Serves so many messages, and returns once the broker has counted them. */
    async serve(count: number) {
      const { stream, durable: name } = durable;
      const unserved = async () => {
        const state = await broker.durableState(stream, name);
        return (state?.pending ?? 0) + (state?.unacknowledged ?? 0);
      };
      const left = (await unserved()) - count;
      const subscription = await broker.subscribe(stream, name, count);
      const signal = AbortSignal.timeout(10_000);
      for (let served = 0; served < count; ) {
        const deliveries = await subscription.next(count - served, signal);
        for (const delivery of deliveries) delivery.ack();
        served += deliveries.length;
        if (signal.aborted) throw new Error("the broker delivers too little");
      }
      await subscription.close();
      // What was fetched and not served goes back to the queue.
      await eventually(async () => expect(await unserved()).toBe(left), { deadlineMs: 40_000 });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const read = async ({ gate }: Awaited<ReturnType<typeof world>>, name: string) =>
  gate.gauges.find((gauge) => gauge.name === name)?.read();

const refusal = (work: () => void | Promise<void>) =>
  Promise.try(work).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : error),
  );

describe("admission", () => {
  test("looks every two seconds while nothing waits and nobody asks, and else twice a second", async () => {
    await using gate = await world();
    expect(gate.idled).toEqual([1_500]);
    await gate.lookUnasked();
    expect(gate.idled).toEqual([1_500, 1_500]);

    // What was asked for may be stored after this look, so the next one is soon.
    gate.gate.verdict();
    await gate.lookUnasked();
    expect(gate.idled).toHaveLength(2);
    await gate.lookUnasked();
    expect(gate.idled).toHaveLength(3);

    await gate.publish(1);
    for (let looks = 0; looks < 3; looks += 1) await gate.lookUnasked();
    expect(gate.idled).toHaveLength(3);
    await gate.serve(1);
    await gate.lookUnasked();
    expect(gate.idled).toHaveLength(4);

    await gate.nats.server.kill();
    for (let looks = 0; looks < 3; looks += 1) await gate.lookUnasked();
    expect(gate.idled).toHaveLength(4);
  });

  test("refuses while what waits, times what one costs, exceeds the deadline", async () => {
    await using gate = await world();
    await gate.publish(1_000);

    expect(await gate.look()).toEqual({ kind: "admitted" });
    await gate.serve(10);
    // 50 ms each, and 990 of them wait.
    expect(await gate.look()).toEqual({
      kind: "refused",
      because: "backlog_too_long",
      retryAfterSeconds: 10,
    });
    expect(await read(gate, "admission_service_seconds")).toBe(0.05);
    expect(await read(gate, "admission_messages_ahead")).toBe(990);
    expect(await read(gate, "admission_wait_seconds")).toBe(49.5);
    expect(await read(gate, "admission_refusing")).toBe(1);
    const { check } = gate.gate;
    expect(await refusal(() => check.probe(new AbortController().signal))).toContain(
      "more waits than can be done in time",
    );

    await gate.serve(900);
    expect(await gate.look()).toEqual({ kind: "admitted" });
    expect(await read(gate, "admission_refusing")).toBe(0);
  });

  test("refuses when nothing was served for as long as the deadline, and only then", async () => {
    await using gate = await world();
    await gate.publish(1);
    const looks = deadlineMs / lookMs;

    for (let count = 0; count <= looks; count += 1)
      expect(await gate.look()).toEqual({ kind: "admitted" });
    expect(await gate.look()).toMatchObject({ kind: "refused", retryAfterSeconds: 1 });
    await gate.serve(1);
    expect(await gate.look()).toEqual({ kind: "admitted" });
  });

  test("refuses nothing while the broker is away, or stores nothing", async () => {
    await using gate = await world();
    await gate.publish(1_000);
    await gate.look();
    await gate.serve(10);
    expect((await gate.look()).kind).toBe("refused");

    await gate.query(sql`update broker_seen set seen_at = now() - interval '16 s'`);
    expect(await gate.look()).toEqual({ kind: "admitted" });
    await gate.query(sql`update broker_seen set seen_at = now()`);
    await gate.look();
    expect((await gate.look()).kind).toBe("refused");

    await gate.nats.server.kill();
    expect(await gate.look()).toEqual({ kind: "admitted" });
  });

  test("does not wait for a broker that is silent", async () => {
    await using gate = await world({ answerWithinMs: 200 });
    await gate.publish(1);

    gate.nats.server.pause();
    // Its other threads may answer once more before they are stopped as well.
    await eventually(async () => {
      expect(await gate.look()).toEqual({ kind: "admitted" });
      expect(await read(gate, "admission_messages_ahead")).toBe(0);
    });
    gate.nats.server.resume();

    // Its answers may be late for a while yet.
    await eventually(
      async () => {
        await gate.look();
        expect(await read(gate, "admission_messages_ahead")).toBe(1);
      },
      { deadlineMs: 20_000 },
    );
  });

  test("counts what a full stream keeps out as no listener's backlog", async () => {
    await using gate = await world({ outboxMax: 10_000 });
    await gate.publish(100);
    await gate.look();
    await gate.serve(10);
    await gate.query(sql`insert into outbox (event_id, key, version, subject, headers, payload)
      select gen_random_uuid(), 'order/' || n, 1, 'orders.v1.order_created.' || n, '', ''
      from generate_series(1, 1000) n`);
    // 50 ms each, and 1 090 of them wait.
    expect(await gate.look()).toMatchObject({ because: "backlog_too_long" });

    const made = (await jetstreamManager(await gate.broker.connection(5_000))).streams;
    const { config } = await made.info(durable.stream);
    await made.update(durable.stream, { ...config, max_msgs: 100 });
    await gate.look();
    expect(await gate.look()).toEqual({ kind: "admitted" });
    expect(await read(gate, "admission_messages_ahead")).toBe(90);

    await made.update(durable.stream, config);
    await gate.look();
    expect((await gate.look()).kind).toBe("refused");
  });

  test("refuses when the outbox is full, whether the broker answers or not", async () => {
    await using gate = await world({ outboxMax: 2 });
    const write = () =>
      gate.query(sql`insert into outbox (event_id, key, version, subject, headers, payload)
        values (gen_random_uuid(), 'order/1', 1, 'orders.v1.order_created.1', '', '')`);

    await write();
    expect(await gate.look()).toEqual({ kind: "admitted" });
    await write();
    const full = { kind: "refused", because: "outbox_full", retryAfterSeconds: 5 } as const;
    expect(await gate.look()).toEqual(full);
    await gate.nats.server.kill();
    expect(await gate.look()).toEqual(full);

    await gate.query(sql`delete from outbox`);
    expect(await gate.look()).toEqual({ kind: "admitted" });
  });
});
